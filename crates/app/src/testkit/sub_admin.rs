//! Sub-Admins, added through the main Admin's pages.

use std::collections::BTreeMap;

use bailiwick_base::authz::{Permission, Section};
use bailiwick_base::words::{DomainId, LoginId};

use super::{Admin, Browser, PASSWORD, TestApp};
use crate::settings::Portal;
use crate::sub_admins::BUILT;

/// A Sub-Admin to be added: no access, all domains, for good, from everywhere, until told otherwise.
#[derive(Debug, Clone)]
pub struct NewSubAdmin<'a> {
    app: &'a TestApp,
    admin: &'a Admin,
    name: String,
    levels: BTreeMap<Section, usize>,
    permissions: Option<Vec<Permission>>,
    domains: Vec<DomainId>,
    fields: BTreeMap<&'static str, String>,
}

impl TestApp {
    /// A Sub-Admin of a main Admin's tenant, to be added with the tests' password.
    pub fn sub_admin<'a>(&'a self, admin: &'a Admin, name: &str) -> NewSubAdmin<'a> {
        let fields = [
            ("username", name.to_owned()),
            ("full_name", format!("{name} of the tests")),
            ("email", format!("{name}@outside.example")),
            ("how", "password".into()),
            ("password", PASSWORD.into()),
            ("until", String::new()),
            ("note", String::new()),
            ("networks", String::new()),
            ("from", "anywhere".into()),
            ("api_purpose", String::new()),
        ];
        NewSubAdmin {
            app: self,
            admin,
            name: name.to_owned(),
            levels: BTreeMap::new(),
            permissions: None,
            domains: Vec::new(),
            fields: fields.into(),
        }
    }
}

impl NewSubAdmin<'_> {
    /// A level in a section whose pages exist.
    #[must_use]
    pub fn level(mut self, section: Section, level: usize) -> Self {
        assert!(BUILT.contains(&section), "{} cannot be chosen in the form", section.key());
        self.levels.insert(section, level);
        self
    }

    /// The highest level of every section whose pages exist.
    #[must_use]
    pub fn everything(self) -> Self {
        BUILT.iter().fold(self, |new, section| new.level(*section, section.highest()))
    }

    /// These permissions, one by one, instead of levels.
    #[must_use]
    pub fn permissions(mut self, permissions: &[Permission]) -> Self {
        self.permissions = Some(permissions.to_vec());
        self
    }

    /// Limited to this domain, and to others named so.
    #[must_use]
    pub fn of(mut self, domain: DomainId) -> Self {
        self.domains.push(domain);
        self
    }

    /// The last day: `2026-01-31`.
    #[must_use]
    pub fn until(self, day: &str) -> Self {
        self.field("until", day)
    }

    /// From these networks only, one a line.
    #[must_use]
    pub fn from(self, networks: &str) -> Self {
        self.field("networks", networks).field("from", "listed")
    }

    /// A field of the form as it is sent.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: &str) -> Self {
        self.fields.insert(name, value.to_owned());
        self
    }

    /// The form's fields.
    pub fn form(&self) -> Vec<(&'static str, String)> {
        let level = |section: &Section| {
            let level = self.levels.get(section).copied().unwrap_or_default();
            ("level", format!("{}:{level}", section.key()))
        };
        let mut pairs: Vec<(&'static str, String)> =
            self.fields.iter().map(|(name, value)| (*name, value.clone())).collect();
        pairs.extend(BUILT.iter().map(level));
        pairs.push(("rights", if self.permissions.is_some() { "single" } else { "levels" }.into()));
        pairs.extend(
            self.permissions.iter().flatten().map(|permission| ("permission", permission.key().to_owned())),
        );
        pairs.push(("limited", if self.domains.is_empty() { "no" } else { "yes" }.into()));
        pairs.extend(self.domains.iter().map(|domain| ("domain", domain.to_string())));
        pairs
    }

    /// Adds it through the page; its login.
    pub async fn add(&self) -> LoginId {
        let form = self.form();
        let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let seen = self.admin.browser.fill("/sub-admins/new", &pairs).await;
        assert_eq!(seen.status, 303, "{}", seen.words());
        let listed = self.admin.browser.get(&format!("/sub-admins?q={}", self.name)).await;
        let id = listed.between("href=\"/sub-admins/log_", "\"").expect("it is listed");
        format!("log_{id}").parse().expect("a login's id")
    }

    /// Adds it through the page and signs it in.
    pub async fn sign_in(&self) -> Browser {
        self.add().await;
        let browser = self.app.browser(Portal::Admin);
        self.app.sign_in(&browser, &self.name, PASSWORD).await;
        browser
    }
}
