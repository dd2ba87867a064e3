//! The form of a key, as it is sent and as it is understood.

use bailiwick_base::authz::{Permission, PermissionSet, Section, carried_by_keys, handed_on};
use bailiwick_base::words::{Day, Line, LoginId, Password};
use bailiwick_base::{Code, Error};
use serde::Deserialize;

use super::key::{ApiKey, KeyTerms, of_owners};
use crate::sub_admins::{self, AllowedNetworks, BUILT, CUSTOM, Reach, Rights};

/// The form, new and filled.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyForm {
    pub(super) name: String,
    /// `levels` or `single`.
    pub(super) rights: String,
    /// `users:2`, one for each section.
    #[serde(default)]
    pub(super) level: Vec<String>,
    /// `mailbox.view`, one for each ticked box.
    #[serde(default)]
    pub(super) permission: Vec<String>,
    /// `sub_admin.manage`, one for each ticked box: an owner's powers.
    #[serde(default)]
    pub(super) power: Vec<String>,
    /// `no` or `yes`.
    pub(super) limited: String,
    #[serde(default)]
    pub(super) domain: Vec<String>,
    /// Names of further domains, one a line.
    #[serde(default)]
    pub(super) domain_names: String,
    pub(super) until: String,
    pub(super) networks: String,
    /// `listed` or `anywhere`.
    pub(super) from: String,
    #[serde(default)]
    pub(super) own_password: String,
    /// The API Sub-Admin whose key it is to be; empty for one's own. Of a new one only.
    #[serde(default)]
    pub(super) login: String,
    /// Of the key the form was filled from; of one that exists only.
    pub(super) version: Option<i64>,
}

impl KeyForm {
    /// A new one, which carries nothing yet.
    pub(super) fn empty(login: &str) -> Self {
        Self {
            rights: "levels".into(),
            level: levels(PermissionSet::NONE),
            limited: "no".into(),
            from: sub_admins::ANYWHERE.into(),
            login: login.into(),
            ..Self::default()
        }
    }

    /// The one of a key, of which `held` is what its login still holds.
    pub(super) fn of(key: &ApiKey, held: PermissionSet) -> Self {
        let set = key.permissions.within(held);
        let named = |set: PermissionSet| set.iter().map(Permission::key).map(str::to_owned).collect();
        Self {
            name: key.name.clone(),
            rights: "levels".into(),
            level: levels(set),
            permission: named(set.within(built())),
            power: named(of_owners(set)),
            limited: if key.domains.is_some() { "yes" } else { "no" }.into(),
            domain: key.domains.iter().flatten().map(|(id, _)| id.to_string()).collect(),
            until: key.until.map(|end| Day::last_before(end).to_string()).unwrap_or_default(),
            networks: key.networks.to_text(),
            from: key.networks.choice().into(),
            version: Some(key.version),
            ..Self::default()
        }
    }

    /// The level that is chosen for a section.
    pub(super) fn level_of(&self, section: Section) -> &str {
        self.level.iter().find_map(|text| text.strip_prefix(section.key())?.strip_prefix(':')).unwrap_or("0")
    }

    /// What is asked for, over what the key carries `before`, and until when that was.
    pub(super) fn terms(&self, before: Option<&ApiKey>, held: PermissionSet) -> Result<KeyTerms, Error> {
        let carried = before.map_or(PermissionSet::NONE, |key| key.permissions.within(held));
        let end = before.and_then(|key| key.until);
        Ok(KeyTerms {
            name: self
                .name
                .parse::<Line<100>>()
                .map_err(|_| Error::new(Code::LineInvalid).with("max", 100_i64).on("name"))?,
            permissions: self.rights()?.over(carried.within(handed_on()))?.and(self.powers()?),
            reach: Reach::parse(&self.limited, &self.domain, &self.domain_names)?,
            networks: AllowedNetworks::parse(&self.networks, &self.from)?,
            until: match self.until.trim() {
                "" => None,
                // The day that stood there stands for the very instant.
                text if end.is_some_and(|end| Day::last_before(end).to_string() == text) => end,
                text => {
                    Some(text.parse::<Day>().map_err(|_| Error::new(Code::DateInvalid).on("until"))?.end())
                }
            },
        })
    }

    /// Both ways must be well-formed; the one that is chosen counts.
    fn rights(&self) -> Result<Rights, Error> {
        let by_level = Rights::by_level(&self.level);
        let one_by_one = Rights::one_by_one(&self.permission);
        match self.rights.as_str() {
            "levels" => one_by_one.and(by_level),
            "single" => by_level.and(one_by_one),
            _ => Err(Code::MalformedRequest.into()),
        }
    }

    fn powers(&self) -> Result<PermissionSet, Error> {
        let offered = of_owners(carried_by_keys());
        let mut set = PermissionSet::NONE;
        for name in &self.power {
            let one = Permission::by_key(name).map(|one| PermissionSet::of(&[one]));
            let one = one.filter(|one| offered.covers(*one) && one.within(set).is_empty());
            set = set.and(one.ok_or(Code::MalformedRequest)?);
        }
        Ok(set)
    }

    /// The password of who sends it.
    pub(super) fn own_password(&self) -> Result<Password, Error> {
        own_password(&self.own_password)
    }

    /// Whose it is to be; none is one's own.
    pub(super) fn holder(&self) -> Result<Option<LoginId>, Error> {
        holder(&self.login)
    }
}

/// Asks for the present password alone: to renew a key.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RenewForm {
    pub(super) own_password: String,
}

pub(super) fn own_password(text: &str) -> Result<Password, Error> {
    sub_admins::password(text, "own_password")?
        .ok_or_else(|| Error::new(Code::FieldMissing).on("own_password"))
}

pub(super) fn holder(login: &str) -> Result<Option<LoginId>, Error> {
    match login {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Code::NoSuchThing.into()),
    }
}

fn built() -> PermissionSet {
    BUILT.iter().fold(PermissionSet::NONE, |set, section| set.and(section.all()))
}

fn levels(set: PermissionSet) -> Vec<String> {
    let level = |section: &Section| match section.level_of(set) {
        Some(level) => format!("{}:{level}", section.key()),
        None => format!("{}:{CUSTOM}", section.key()),
    };
    BUILT.iter().map(level).collect()
}
