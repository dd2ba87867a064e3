//! The frame around the pages of whoever is signed in: menu by permission, meters, who is signed in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{LoginId, TenantId, TimeZoneName, Timestamp};
use bailiwick_base::{Code, Error, t, texts};
use bailiwick_ui::page::{AccountMenu, AppShell, Brand, Head, MenuEntry, MenuItem, MenuSection, ShellLabels};
use bailiwick_ui::{Icon, Tone, notice};
use maud::{Markup, Render, html};

use super::person::Person;
use super::respond::Refusal;
use super::{Answer, CsrfKey, Problem};
use crate::core::Core;
use crate::settings::Portal;

/// The frame of a signed-in person's page, loaded for this request.
#[derive(Debug, Clone)]
pub struct Shell {
    core: Core,
    portal: Portal,
    csrf: CsrfKey,
    path: String,
    done: Option<String>,
    person: Person,
}

impl FromRequestParts<Core> for Shell {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, core: &Core) -> Result<Self, Refusal> {
        let portal = Portal::from_request_parts(parts, core).await?;
        let csrf = CsrfKey::from_request_parts(parts, core).await?;
        let person = parts.extensions.get::<Person>().cloned();
        let person = person
            .ok_or_else(|| Error::new(Code::Internal).because("a page with a frame is open to anybody"))?;
        Ok(Self {
            core: core.clone(),
            portal,
            csrf,
            path: parts.uri.path().to_owned(),
            done: done(parts),
            person,
        })
    }
}

/// What a redirect said was done: a key of `en.ftl`, or nothing.
pub(super) fn done(parts: &Parts) -> Option<String> {
    let query = parts.uri.query()?;
    let (_, key) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "done")?;
    let key = format!("done-{key}");
    texts::has(&key).then(|| texts::text(&key).into_owned())
}

impl Shell {
    /// The anti-forgery token of this page's forms.
    pub fn csrf(&self) -> &str {
        self.csrf.token()
    }

    /// What the installation is told about itself.
    pub fn settings(&self) -> &crate::Settings {
        self.core.settings()
    }

    /// The portal the page belongs to.
    pub fn portal(&self) -> Portal {
        self.portal
    }

    /// The name the person signs in with.
    pub fn name(&self) -> &str {
        &self.person.name
    }

    /// The person's login.
    pub fn login(&self) -> Option<LoginId> {
        self.person.login
    }

    /// The tenant the person belongs to.
    pub fn tenant(&self) -> Option<TenantId> {
        self.person.tenant
    }

    /// Must a password be chosen before anything else?
    pub fn must_change_password(&self) -> bool {
        self.person.must_change_password
    }

    /// Does the person hold this permission anywhere? For showing only the buttons that work.
    pub fn holds(&self, permission: Permission) -> bool {
        self.person.actor.holds(permission, self.person.now)
    }

    /// The zone times are shown in.
    pub fn zone(&self) -> TimeZoneName {
        TimeZoneName::utc()
    }

    /// An instant as the person reads it, with its zone.
    pub fn when(&self, at: Timestamp) -> String {
        at.with_zone(&self.zone())
    }

    /// The whole page around its content.
    pub fn page(&self, title: &str, content: impl Render) -> Response {
        self.markup(title, content).into_response()
    }

    /// A form again, with what is wrong with it; errors that are not about the input go out as they are.
    pub fn again(&self, error: Error, title: &str, form: impl FnOnce(&Problem) -> Markup) -> Answer {
        let problem = Problem::of(error)?;
        Ok((problem.status, self.markup(title, form(&problem))).into_response())
    }

    fn markup(&self, title: &str, content: impl Render) -> Markup {
        let head = head(title);
        let account = AccountMenu {
            name: self.person.full_name.clone(),
            detail: self.person.usage.as_ref().map_or_else(|| self.portal_name(), |usage| usage.name.clone()),
            items: self.account_items(),
        };
        let notices = html! { @if let Some(done) = &self.done { (notice(Tone::Success, done.as_str()).dismissible(t!("notice-dismiss"))) } };
        AppShell {
            head: &head,
            brand: &brand(),
            labels: &labels(),
            menu: &self.menu(),
            meters: &self
                .person
                .usage
                .as_ref()
                .map(|usage| usage.meters(self.settings()))
                .unwrap_or_default(),
            account: &account,
            banner: None,
            notices,
            wide: false,
        }
        .page(content)
    }

    fn portal_name(&self) -> String {
        texts::text(&format!("portal-{}", self.portal.key())).into_owned()
    }

    fn account_items(&self) -> Vec<MenuItem> {
        let mut items = Vec::new();
        if !self.person.must_change_password {
            items.push(MenuItem::Link {
                label: t!("menu-password").into_owned(),
                href: "/password".into(),
                icon: Icon::Key,
            });
            items.push(MenuItem::Divider);
        }
        items.push(MenuItem::Post {
            label: t!("menu-sign-out").into_owned(),
            action: "/sign-out".into(),
            icon: Icon::Logout,
            token: self.csrf().to_owned(),
            danger: false,
        });
        items
    }

    fn menu(&self) -> Vec<MenuSection> {
        let mut entries = Vec::new();
        let mut entry = |label: String, href: &str, icon: Icon| {
            let active = if href == "/" { self.path == "/" } else { self.path.starts_with(href) };
            entries.push(MenuEntry::new(label, href, icon, active));
        };
        if self.person.must_change_password {
            entry(t!("menu-password").into_owned(), "/password", Icon::Key);
            return vec![MenuSection { title: None, entries }];
        }
        match self.portal {
            Portal::Staff => {
                entry(t!("menu-home").into_owned(), "/", Icon::Home);
                if self.holds(Permission::TenantView) {
                    entry(t!("menu-tenants").into_owned(), "/tenants", Icon::Building);
                }
            }
            Portal::Admin => {
                entry(t!("menu-home").into_owned(), "/", Icon::Home);
                for (permission, label, href, icon) in [
                    (Permission::MailboxView, t!("menu-users"), "/mailboxes", Icon::Users),
                    (Permission::DomainView, t!("menu-domains"), "/domains", Icon::World),
                    (Permission::AliasView, t!("menu-aliases"), "/aliases", Icon::MailForward),
                ] {
                    if self.holds(permission) {
                        entry(label.into_owned(), href, icon);
                    }
                }
            }
            Portal::Mail => {
                entry(t!("menu-mail-program").into_owned(), "/panel", Icon::Mail);
                entry(t!("menu-password").into_owned(), "/password", Icon::Key);
            }
        }
        let mut sections = vec![MenuSection { title: None, entries }];
        if let Some(demo) = &self.settings().demo {
            let outside = MenuEntry::new(
                t!("menu-outside-mail"),
                demo.outside_mail_url.as_str(),
                Icon::ExternalLink,
                false,
            );
            sections.push(MenuSection { title: Some(t!("menu-demo").into_owned()), entries: vec![outside] });
        }
        sections
    }
}

/// What every page says about itself.
pub(super) fn head(title: &str) -> Head {
    Head { title: format!("{title} · {}", t!("product-name")), lang: "en".to_owned(), ..Head::default() }
}

/// Whose house this is.
pub(super) fn brand() -> Brand {
    Brand { name: t!("product-name").into_owned(), href: "/".to_owned(), ..Brand::default() }
}

fn labels() -> ShellLabels {
    ShellLabels {
        skip: t!("shell-skip").into_owned(),
        menu: t!("shell-menu").into_owned(),
        navigation: t!("shell-navigation").into_owned(),
        usage: t!("shell-usage").into_owned(),
        account: t!("shell-account").into_owned(),
        theme: t!("shell-theme").into_owned(),
        light: t!("shell-light").into_owned(),
        dark: t!("shell-dark").into_owned(),
        auto: t!("shell-auto").into_owned(),
        network_error: t!("shell-network-error").into_owned(),
    }
}
