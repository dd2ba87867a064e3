//! What the history is asked for: who, what, to what, when.

use bailiwick_base::authz::{ActionInfo, Role, history_key};
use bailiwick_base::words::{Day, DomainName, EmailAddress, TimeZoneName, Timestamp};
use bailiwick_base::{Code, Error, texts};
use serde::Deserialize;

/// The longest text a filter takes, in bytes.
pub(super) const MAX_TEXT: usize = 400;

/// The filters as they stand in the address of the page and of the file. What is empty does not narrow.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistoryQuery {
    /// The beginning of the name somebody signs in with.
    pub actor: String,
    /// A kind of actor: `admin`, `mailbox`, `provider`, `system`, `nobody`.
    pub by: String,
    /// What was done: `mailbox.update`.
    pub action: String,
    /// To what kind of thing: `mailbox`.
    pub object_kind: String,
    /// To what: an id, or what it was called.
    pub object_id: String,
    /// From this day on: `2026-01-31`.
    pub from: String,
    /// Up to this day, which is in.
    pub to: String,
    /// The page begins after this row.
    pub after: String,
    /// The page ends before this row.
    pub before: String,
}

/// Kinds of actors that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Admins and Sub-Admins.
    Admin,
    /// Mailbox users.
    Mailbox,
    /// The provider's people, also where they acted as somebody else, and the command line.
    Provider,
    /// The installation's own jobs.
    System,
    /// Whoever was not signed in.
    Nobody,
}

impl By {
    pub(super) const ALL: [By; 5] = [By::Admin, By::Mailbox, By::Provider, By::System, By::Nobody];

    pub(super) const fn key(self) -> &'static str {
        match self {
            By::Admin => "admin",
            By::Mailbox => "mailbox",
            By::Provider => "provider",
            By::System => "system",
            By::Nobody => "nobody",
        }
    }
}

/// An object as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectNamed {
    /// By its id: `mbx_4g7k`.
    Id(String),
    /// By what it was called, in each form it may have been written down in.
    Name(Vec<String>),
}

/// What the history is asked for. The default asks for everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// The beginning of the name somebody signs in with.
    pub(super) actor: Option<String>,
    pub(super) by: Option<By>,
    pub(super) action: Option<&'static str>,
    pub(super) object_kind: Option<String>,
    pub(super) object: Option<ObjectNamed>,
    /// From this instant on.
    pub(super) from: Option<Timestamp>,
    /// Before this instant.
    pub(super) until: Option<Timestamp>,
}

impl HistoryQuery {
    /// What it asks for; dates are days of `zone`.
    pub fn parse(&self, zone: &TimeZoneName) -> Result<HistoryFilter, Error> {
        if [&self.actor, &self.object_id].iter().any(|text| text.len() > MAX_TEXT) {
            return Err(Code::MalformedRequest.into());
        }
        let by = given(&self.by, |key| By::ALL.into_iter().find(|by| by.key() == key))?;
        let action = given(&self.action, |name| known(name).map(|action| action.name))?;
        let object_kind = given(&self.object_kind, |kind| is_noun(kind).then(|| kind.to_owned()))?;
        let day = |text: &str, field: &'static str| match text.trim() {
            "" => Ok(None),
            text => match text.parse::<Day>() {
                Ok(day) => Ok(Some(day.within(zone))),
                Err(_) => Err(Error::new(Code::DateInvalid).on(field)),
            },
        };
        Ok(HistoryFilter {
            actor: Some(history_key(&self.actor)).filter(|name| !name.is_empty()),
            by,
            action,
            object_kind,
            object: object_named(self.object_id.trim()),
            from: day(&self.from, "from")?.map(|(begins, _)| begins),
            until: day(&self.to, "to")?.map(|(_, ends)| ends),
        })
    }

    /// Its filters as parts of an address, without those that are empty.
    pub(super) fn kept(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("actor", &self.actor),
            ("by", &self.by),
            ("action", &self.action),
            ("object_kind", &self.object_kind),
            ("object_id", &self.object_id),
            ("from", &self.from),
            ("to", &self.to),
        ];
        all.into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect()
    }
}

fn given<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some).ok_or_else(|| Code::MalformedRequest.into())
}

pub(super) fn is_noun(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// An id is told from a name by its shape; a name is looked for as typed and as domains may be written.
pub(super) fn object_named(text: &str) -> Option<ObjectNamed> {
    if text.is_empty() {
        return None;
    }
    let is_id = text.split_once('_').is_some_and(|(prefix, digits)| {
        prefix.len() == 3
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
            && (1..=13).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    });
    if is_id {
        return Some(ObjectNamed::Id(text.to_owned()));
    }
    let mut names = vec![history_key(text)];
    if let Ok(domain) = text.parse::<DomainName>() {
        names.extend([history_key(domain.as_str()), history_key(&domain.to_unicode())]);
    }
    if let Ok(address) = text.parse::<EmailAddress>() {
        names.push(history_key(&address.to_string()));
        names.push(history_key(&format!("{}@{}", address.local, address.domain.to_unicode())));
    }
    names.sort_unstable();
    names.dedup();
    Some(ObjectNamed::Name(names))
}

pub(super) fn known(name: &str) -> Option<ActionInfo> {
    crate::actions().into_iter().find(|action| action.name == name && told(action))
}

/// Does an action leave entries that are told in a sentence of their own? Housekeeping leaves none.
fn told(action: &ActionInfo) -> bool {
    texts::has(&sentence_key(action.name))
}

/// The key of the sentence that tells of an action.
pub(super) fn sentence_key(action: &str) -> String {
    format!("history-action-{}", action.replace(['.', '_'], "-"))
}

/// The actions to choose from, by the noun their name begins with. A customer is not offered what only its provider
/// can do to others.
pub(super) fn actions_by_noun(for_staff: bool) -> Vec<(&'static str, Vec<&'static str>)> {
    let own = [
        Role::MainAdmin,
        Role::MailboxUser,
        Role::Oneself,
        Role::HalfSignedIn,
        Role::Anonymous,
        Role::System,
    ];
    let offered = |action: &ActionInfo| {
        let in_a_tenant =
            action.target == "tenant" || own.iter().any(|role| role.permissions().contains(action.needs));
        told(action) && (for_staff || in_a_tenant && action.target != "installation")
    };
    let mut groups: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for action in crate::actions().into_iter().filter(offered) {
        let noun = action.name.split('.').next().unwrap_or(action.name);
        match groups.iter_mut().find(|(known, _)| *known == noun) {
            Some((_, names)) => names.push(action.name),
            None => groups.push((noun, vec![action.name])),
        }
    }
    groups
}

/// The kinds of objects to choose from.
pub(super) fn object_kinds(for_staff: bool) -> Vec<&'static str> {
    let mut kinds: Vec<&'static str> = crate::actions()
        .into_iter()
        .filter(told)
        .map(|action| action.target)
        .filter(|kind| for_staff || !matches!(*kind, "installation" | "staff" | "staff_login"))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &HistoryQuery) -> Result<HistoryFilter, Code> {
        query.parse(&TimeZoneName::utc()).map_err(|error| error.code())
    }

    #[test]
    fn what_is_not_known_is_refused_and_what_is_empty_asks_for_everything() {
        assert_eq!(read(&HistoryQuery::default()), Ok(HistoryFilter::default()));
        for (bad, code) in [
            (HistoryQuery { by: "root".into(), ..HistoryQuery::default() }, Code::MalformedRequest),
            (
                HistoryQuery { action: "coffee.brew".into(), ..HistoryQuery::default() },
                Code::MalformedRequest,
            ),
            (
                HistoryQuery { action: "history.seal".into(), ..HistoryQuery::default() },
                Code::MalformedRequest,
            ),
            (
                HistoryQuery { object_kind: "Robert'); --".into(), ..HistoryQuery::default() },
                Code::MalformedRequest,
            ),
            (HistoryQuery { actor: "x".repeat(401), ..HistoryQuery::default() }, Code::MalformedRequest),
            (HistoryQuery { from: "2026-02-30".into(), ..HistoryQuery::default() }, Code::DateInvalid),
            (HistoryQuery { to: "soon".into(), ..HistoryQuery::default() }, Code::DateInvalid),
        ] {
            assert_eq!(read(&bad), Err(code), "{bad:?}");
        }
    }

    #[test]
    fn the_last_day_is_in_and_the_next_is_not() {
        let query =
            HistoryQuery { from: "2026-01-01".into(), to: "2026-01-01".into(), ..HistoryQuery::default() };
        let filter = read(&query).expect("a day");
        let (from, until) = (filter.from.expect("given"), filter.until.expect("given"));
        assert_eq!(from, Timestamp(1_767_225_600_000));
        assert_eq!(until.since(from), std::time::Duration::from_hours(24));
    }

    #[test]
    fn an_object_is_named_by_its_id_or_by_what_it_was_called() {
        assert_eq!(object_named("mbx_4g7k"), Some(ObjectNamed::Id("mbx_4g7k".into())));
        assert_eq!(object_named("Sales@Acme.test"), Some(ObjectNamed::Name(vec!["sales@acme.test".into()])));
        let Some(ObjectNamed::Name(names)) = object_named("müller.example") else { panic!("a name") };
        assert_eq!(names, ["müller.example", "xn--mller-kva.example"]);
        assert_eq!(object_named(""), None);
    }

    #[test]
    fn a_customer_is_not_offered_what_its_provider_does_to_the_installation() {
        let offered = |for_staff: bool| -> Vec<&str> {
            actions_by_noun(for_staff).into_iter().flat_map(|(_, names)| names).collect()
        };
        assert!(offered(false).contains(&"mailbox.add") && offered(false).contains(&"tenant.suspend"));
        assert!(!offered(false).contains(&"installation.set_up"));
        assert!(offered(true).contains(&"installation.set_up"));
        assert!(!offered(true).contains(&"history.seal"));
        assert!(object_kinds(false).contains(&"domain") && !object_kinds(false).contains(&"installation"));
    }
}
