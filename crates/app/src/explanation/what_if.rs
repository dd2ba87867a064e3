//! The page that says what other levels would add for a Sub-Admin. It changes nothing.

use axum::extract::State;
use bailiwick_base::authz::{Held, PermissionSet, Profile, Role, Scope, Section};
use bailiwick_base::words::LoginId;
use bailiwick_base::{Code, Error, t, texts};
use bailiwick_ui::{card, fields, form_card, page_header, select, submit};
use maud::{Markup, Render, html};
use serde::Deserialize;

use super::service::{AccessOf, Explanations};
use super::store::Person;
use crate::shell::{Answer, Calling, Problem, Query, Shell};
use crate::sub_admins::{BUILT, level_choice, section_name};

/// What is tried: somebody, a profile to begin with, and levels over it. An empty field leaves things as they are.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WhatIf {
    login: String,
    profile: String,
    history: String,
    users: String,
    domains: String,
    aliases: String,
    lists: String,
    smart_lists: String,
    branding: String,
    filtering: String,
    logs: String,
}

impl WhatIf {
    fn level(&self, section: Section) -> &str {
        match section {
            Section::History => &self.history,
            Section::Users => &self.users,
            Section::Domains => &self.domains,
            Section::Aliases => &self.aliases,
            Section::Lists => &self.lists,
            Section::SmartLists => &self.smart_lists,
            Section::Branding => &self.branding,
            Section::Filtering => &self.filtering,
            Section::Logs => &self.logs,
        }
    }

    /// What it tries. Only sections whose pages exist can be chosen; a level that is no number is refused.
    fn parse(&self) -> Result<Tried, Error> {
        let malformed = || Error::new(Code::MalformedRequest);
        let profile = match self.profile.as_str() {
            "" => None,
            key => Some(Profile::by_key(key).ok_or_else(malformed)?),
        };
        let mut levels = Vec::new();
        for section in Section::ALL {
            match self.level(*section) {
                "" => {}
                text => levels.push((*section, text.parse::<usize>().map_err(|_| malformed())?)),
            }
        }
        Ok(Tried { profile, levels })
    }
}

/// A profile to begin with, if one is, and levels over it. What is not named stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// The profile.
    pub profile: Option<Profile>,
    /// The levels.
    pub levels: Vec<(Section, usize)>,
}

impl Tried {
    /// What `held` would become. Only sections whose pages exist can be chosen. A level that the section does not have is
    /// refused, never clamped (K7).
    fn applied(&self, held: PermissionSet) -> Result<PermissionSet, Error> {
        let offered = BUILT.iter().fold(PermissionSet::NONE, |set, section| set.and(section.all()));
        let mut set = match self.profile {
            None => held,
            Some(profile) => held.without(offered).and(profile.permissions().within(offered)),
        };
        for (section, level) in &self.levels {
            let chosen = section.level(*level).filter(|_| BUILT.contains(section));
            let chosen = chosen.ok_or_else(|| Error::new(Code::MalformedRequest))?;
            set = set.without(section.all()).and(chosen);
        }
        Ok(set)
    }

    /// What is held now and what would be. Where it holds stays as it is; what is over would begin again.
    pub(super) fn compared(&self, access: &AccessOf) -> Result<(Vec<Held>, Vec<Held>), Error> {
        let before = access.authority.given(access.now);
        let Some(tenant) = access.person.tenant_id else { return Err(Code::NoSuchThing.into()) };
        let mut after = before.clone();
        if after.is_empty() {
            after.push(nothing_yet(Scope::Tenant(tenant)));
        }
        for held in after.iter_mut().filter(|held| held.role == Role::SubAdmin) {
            held.permissions = self.applied(held.permissions)?;
            held.over = false;
        }
        Ok((before, after))
    }
}

/// `GET /access/what-if`
pub(super) async fn ask(
    State(explanations): State<Explanations>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<WhatIf>,
) -> Answer {
    let people = explanations.sub_admins(&caller).await?;
    let tried = match query.login.as_str() {
        "" => None,
        id => {
            let id: LoginId = id.parse().map_err(|_| Code::NoSuchThing)?;
            Some(explanations.what_if(&caller, id, &query.parse()?).await?)
        }
    };
    let content = html! {
        (page_header(t!("what-if-title")).text(t!("what-if-text")).crumbs(t!("crumbs-label"), [(t!("powers-own-title"), "/access")]))
        (form(&query, &people))
        @if let Some((person, difference)) = &tried {
            (card().title(t!("what-if-result", name = person.name.as_str())).body(html! { (difference) }))
        }
    };
    Ok(shell.page(&t!("what-if-title"), content))
}

fn nothing_yet(scope: Scope) -> Held {
    Held {
        role: Role::SubAdmin,
        permissions: PermissionSet::NONE,
        scope,
        scope_name: None,
        giver: None,
        since: None,
        until: None,
        note: String::new(),
        over: false,
    }
}

fn form(query: &WhatIf, people: &[Person]) -> Markup {
    let profiles = Profile::ALL
        .iter()
        .map(|profile| (profile.key(), texts::text(&format!("profile-{}", profile.key().replace('_', "-")))));
    let levels = |section: Section| {
        (0..=section.highest()).map(move |level| (level.to_string(), level_choice(section, level)))
    };
    let people = people.iter().map(|person| (person.id.to_string(), person.name.clone()));
    form_card("/access/what-if")
        .get()
        .errors(Problem::none().summary())
        .body(html! {
            (select("login", t!("what-if-login")).options(people).value(query.login.as_str()).required())
            (select("profile", t!("what-if-profile")).option("", t!("what-if-as-it-is")).options(profiles).value(query.profile.as_str()))
            (fields(html! {
                @for section in BUILT {
                    (select(section.key(), section_name(*section)).option("", t!("what-if-as-it-is"))
                        .options(levels(*section)).value(query.level(*section)))
                }
            }))
        })
        .footer(html! { (submit(t!("what-if-show")).primary()) })
        .render()
}

#[cfg(test)]
mod tests {
    use bailiwick_base::authz::Permission;

    use super::*;

    fn applied(query: &WhatIf, held: PermissionSet) -> Result<PermissionSet, Code> {
        query.parse().and_then(|tried| tried.applied(held)).map_err(|error| error.code())
    }

    #[test]
    fn a_level_replaces_its_section_and_a_profile_everything() {
        let held = Section::Users.level(2).expect("a level").and(PermissionSet::of(&[Permission::LogView]));
        let none = WhatIf::default();
        assert_eq!(applied(&none, held), Ok(held));
        let less = WhatIf { users: "1".into(), ..WhatIf::default() };
        let expected = PermissionSet::of(&[Permission::LogView, Permission::MailboxView]);
        assert_eq!(applied(&less, held), Ok(expected));
        let auditor = WhatIf { profile: "auditor".into(), ..WhatIf::default() };
        let set = applied(&auditor, held).expect("a set");
        assert!(Profile::Auditor.permissions().covers(set), "{set:?}");
        assert_eq!(set.within(Section::Users.all()), PermissionSet::of(&[Permission::MailboxView]));
        assert!(set.contains(Permission::LogView), "what cannot be chosen stays");
    }

    #[test]
    fn ve_09_a_level_that_does_not_exist_is_refused() {
        for wrong in ["6", "-1", "5.0", "null", "9223372036854775808"] {
            let tried = WhatIf { users: wrong.into(), ..WhatIf::default() };
            assert_eq!(applied(&tried, PermissionSet::NONE), Err(Code::MalformedRequest));
        }
        let not_built = WhatIf { lists: "1".into(), ..WhatIf::default() };
        assert_eq!(applied(&not_built, PermissionSet::NONE), Err(Code::MalformedRequest));
    }
}
