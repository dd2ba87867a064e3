//! The form of a Sub-Admin, as it is sent and as it is understood.

use bailiwick_base::authz::{Permission, PermissionSet, Profile, Section};
use bailiwick_base::words::{Day, EmailAddress, Line, Password, limits};
use bailiwick_base::{Code, Error};
use serde::Deserialize;

use super::changes::Changes;
use super::networks::{ANYWHERE, AllowedNetworks, LISTED};
use super::plan::{Reach, Terms};
use super::rights::{BUILT, CUSTOM, Rights};
use super::service::{NewSubAdmin, Shown};
use crate::sign_in::person_name;

/// The form, new and filled. What only one of them has is refused in the other.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubAdminForm {
    pub(super) username: String,
    pub(super) full_name: String,
    pub(super) email: String,
    /// `invite` or `password`; of a new one only.
    pub(super) how: Option<String>,
    pub(super) password: String,
    /// `levels` or `single`.
    pub(super) rights: String,
    /// `users:2`, one for each section.
    #[serde(default)]
    pub(super) level: Vec<String>,
    /// `mailbox.view`, one for each ticked box.
    #[serde(default)]
    pub(super) permission: Vec<String>,
    /// `no` or `yes`.
    pub(super) limited: String,
    #[serde(default)]
    pub(super) domain: Vec<String>,
    /// Names of further domains, one a line.
    #[serde(default)]
    pub(super) domain_names: String,
    pub(super) until: String,
    pub(super) note: String,
    pub(super) networks: String,
    /// `listed` or `anywhere`.
    pub(super) from: String,
    #[serde(default)]
    pub(super) api: String,
    pub(super) api_purpose: String,
    #[serde(default)]
    pub(super) own_password: String,
    /// Of the login the form was filled from; of one that exists only.
    pub(super) version: Option<i64>,
    /// `save` or `back`, from the page that shows what would change.
    pub(super) step: Option<String>,
    /// From that page too.
    pub(super) password_mark: Option<String>,
}

impl SubAdminForm {
    /// A new one: nothing given yet, or what a profile gives.
    pub(super) fn empty(profile: Option<Profile>) -> Self {
        let held = profile.map_or(PermissionSet::NONE, Profile::permissions);
        let needs_networks = profile.is_some_and(Profile::needs_networks);
        Self {
            how: Some("invite".into()),
            limited: "no".into(),
            from: if needs_networks { LISTED } else { ANYWHERE }.into(),
            api: if needs_networks { "yes" } else { "" }.into(),
            ..Self::default()
        }
        .holding(held)
    }

    /// The one of a Sub-Admin that exists.
    pub(super) fn of(shown: &Shown) -> Self {
        let sub_admin = &shown.sub_admin;
        let domains = sub_admin.domains();
        Self {
            username: sub_admin.name.clone(),
            full_name: sub_admin.full_name.clone(),
            email: sub_admin.recovery_address.clone().unwrap_or_default(),
            limited: if domains.is_some() { "yes" } else { "no" }.into(),
            domain: domains.unwrap_or_default().iter().map(|(id, _)| id.to_string()).collect(),
            until: sub_admin.until().map(|end| Day::last_before(end).to_string()).unwrap_or_default(),
            note: sub_admin.note().to_owned(),
            networks: shown.networks.to_text(),
            from: shown.networks.choice().into(),
            api: if sub_admin.api_access { "yes" } else { "" }.into(),
            api_purpose: sub_admin.api_purpose.clone(),
            version: Some(sub_admin.version),
            ..Self::default()
        }
        .keeping(sub_admin.permissions())
    }

    /// Levels where the set matches them; where it does not, single permissions.
    fn holding(mut self, held: PermissionSet) -> Self {
        let custom = BUILT.iter().any(|section| section.level_of(held).is_none());
        self.rights = if custom { "single" } else { "levels" }.into();
        self.level = levels(held, "0");
        self.permission = single(held);
        self
    }

    /// Levels, and "custom" for what is to stay as it is.
    fn keeping(mut self, held: PermissionSet) -> Self {
        self.rights = "levels".into();
        self.level = levels(held, CUSTOM);
        self.permission = single(held);
        self
    }

    /// The level that is chosen for a section.
    pub(super) fn level_of(&self, section: Section) -> &str {
        self.level.iter().find_map(|text| text.strip_prefix(section.key())?.strip_prefix(':')).unwrap_or("0")
    }

    pub(super) fn parse_new(&self) -> Result<NewSubAdmin, Error> {
        if self.version.is_some() || self.step.is_some() || self.password_mark.is_some() {
            return Err(Code::MalformedRequest.into());
        }
        let password = password(&self.password, "password")?;
        let password = match self.how.as_deref() {
            Some("invite") => None,
            Some("password") => {
                Some(password.ok_or_else(|| Error::new(Code::PasswordOrInvite).on("password"))?)
            }
            _ => return Err(Code::MalformedRequest.into()),
        };
        Ok(NewSubAdmin {
            name: self.username.clone(),
            full_name: person_name(&self.full_name, "full_name")?,
            email: self.parse_email()?,
            password,
            terms: self.terms()?,
            own_password: self::password(&self.own_password, "own_password")?,
        })
    }

    pub(super) fn parse_changes(&self) -> Result<Changes, Error> {
        if self.how.is_some() {
            return Err(Code::MalformedRequest.into());
        }
        Ok(Changes {
            version: self.version.ok_or(Code::MalformedRequest)?,
            name: self.username.clone(),
            full_name: person_name(&self.full_name, "full_name")?,
            email: self.parse_email()?,
            password: password(&self.password, "password")?,
            password_mark: Some(self.password_mark.clone().unwrap_or_default()),
            terms: self.terms()?,
            own_password: password(&self.own_password, "own_password")?,
        })
    }

    fn parse_email(&self) -> Result<EmailAddress, Error> {
        self.email.parse().map_err(|_| Error::new(Code::EmailAddressInvalid).on("email"))
    }

    fn terms(&self) -> Result<Terms, Error> {
        Ok(Terms {
            rights: self.rights()?,
            reach: self.reach()?,
            until: match self.until.trim() {
                "" => None,
                text => Some(text.parse().map_err(|_| Error::new(Code::DateInvalid).on("until"))?),
            },
            note: line::<200>(&self.note, "note")?,
            networks: AllowedNetworks::parse(&self.networks, &self.from)?,
            api_purpose: self.api_purpose()?,
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

    fn reach(&self) -> Result<Reach, Error> {
        Reach::parse(&self.limited, &self.domain, &self.domain_names)
    }

    fn api_purpose(&self) -> Result<Option<Line<100>>, Error> {
        let purpose = line::<100>(&self.api_purpose, "api_purpose")?;
        match self.api.as_str() {
            "" => Ok(None),
            "yes" if purpose.is_empty() => Err(Error::new(Code::FieldMissing).on("api_purpose")),
            "yes" => Ok(Some(purpose)),
            _ => Err(Code::MalformedRequest.into()),
        }
    }

    /// Everything but passwords and the step, for the page between the form and its saving.
    pub(super) fn carried(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("username", self.username.clone()),
            ("full_name", self.full_name.clone()),
            ("email", self.email.clone()),
            ("rights", self.rights.clone()),
            ("limited", self.limited.clone()),
            ("domain_names", self.domain_names.clone()),
            ("until", self.until.clone()),
            ("note", self.note.clone()),
            ("networks", self.networks.clone()),
            ("from", self.from.clone()),
            ("api", self.api.clone()),
            ("api_purpose", self.api_purpose.clone()),
        ];
        pairs.extend(self.level.iter().map(|level| ("level", level.clone())));
        pairs.extend(self.permission.iter().map(|permission| ("permission", permission.clone())));
        pairs.extend(self.domain.iter().map(|domain| ("domain", domain.clone())));
        pairs
    }
}

fn levels(held: PermissionSet, otherwise: &str) -> Vec<String> {
    let level = |section: &Section| match section.level_of(held) {
        Some(level) => format!("{}:{level}", section.key()),
        None => format!("{}:{otherwise}", section.key()),
    };
    BUILT.iter().map(level).collect()
}

fn single(held: PermissionSet) -> Vec<String> {
    let built = BUILT.iter().fold(PermissionSet::NONE, |set, section| set.and(section.all()));
    held.within(built).iter().map(Permission::key).map(str::to_owned).collect()
}

/// A password as typed; nothing entered is none.
pub(crate) fn password(text: &str, field: &'static str) -> Result<Option<Password>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let too_long = |_| Error::new(Code::PasswordTooLong).with("max", limits::PASSWORD_MAX).on(field);
    text.parse().map(Some).map_err(too_long)
}

fn line<const MAX: usize>(text: &str, field: &'static str) -> Result<Line<MAX>, Error> {
    text.parse().map_err(|_| Error::new(Code::LineInvalid).with("max", MAX).on(field))
}
