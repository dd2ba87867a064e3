//! Who can do what to what: a question, as it is asked.

use std::borrow::Cow;

use bailiwick_base::authz::{ActionInfo, Role};
use bailiwick_base::{Code, Error, texts};

use super::near::nearest_in_words;
use crate::matrix::actions;

/// An action, and what it would be done to.
#[derive(Debug, Clone)]
pub struct Question {
    /// The action.
    pub action: ActionInfo,
    /// A domain's name, a user's or alias's address; nothing for the whole tenant.
    pub object: Option<String>,
}

impl Question {
    /// From what was typed. An unknown action names those that are nearly called so.
    pub fn parse(action: &str, object: &str) -> Result<Self, Error> {
        let (action, object) = (action.trim(), object.trim());
        if object.len() > 320 {
            return Err(Error::new(Code::ObjectUnknown).on("object"));
        }
        let all = actions();
        let Some(found) = all.iter().find(|known| known.name == action) else {
            let near = nearest_in_words(action, all.iter().map(|known| known.name));
            return Err(Error::new(Code::ActionUnknown).with("near", near).on("action"));
        };
        Ok(Self { action: *found, object: (!object.is_empty()).then(|| object.to_owned()) })
    }
}

/// The actions a tenant's people can be asked about, in the order of the matrix.
pub fn offered() -> Vec<ActionInfo> {
    let most = Role::MainAdmin.permissions();
    actions().into_iter().filter(|action| most.contains(action.needs)).collect()
}

/// What an action is, behind “to”: `add a user`.
pub(super) fn action_in_words(action: &ActionInfo) -> Cow<'static, str> {
    let key = format!("action-{}", action.name.replace(['.', '_'], "-"));
    if texts::has(&key) { texts::text(&key) } else { action.needs.in_words() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_that_is_offered_has_words_of_its_own() {
        for action in offered() {
            let key = format!("action-{}", action.name.replace(['.', '_'], "-"));
            assert!(texts::has(&key), "no text {key} in explanation.ftl");
        }
        assert!(offered().iter().any(|action| action.name == "mailbox.update"));
        assert!(!offered().iter().any(|action| action.name == "tenant.suspend"));
    }

    #[test]
    fn an_unknown_action_names_those_that_are_nearly_called_so() {
        let error = Question::parse("mailbox.updat", "").expect_err("unknown");
        assert_eq!(error.code(), Code::ActionUnknown);
        assert!(error.to_string().contains("mailbox.update"), "{error}");
        let error = Question::parse("?", "").expect_err("unknown");
        assert!(error.help().is_some());
    }
}
