//! The frame around the pages of whoever is signed in: menu by permission, meters, who is signed in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bailiwick_base::authz::{Action, Permission, Place};
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
use crate::tenants::Usage;

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

    /// Does the person hold it over what sits at `place`? For showing only the buttons that work for that thing.
    pub fn may(&self, permission: Permission, place: Place) -> bool {
        self.person.actor.may(permission, place, self.person.now)
    }

    /// Could the person begin `A` over what sits at `place`? Besides the permission it counts whether somebody acts as
    /// them. For showing only the buttons that work for that thing.
    pub fn may_begin<A: Action>(&self, place: Place) -> bool {
        self.must_begin::<A>(place).is_ok()
    }

    /// 403 with an explanation for the page that leads to `A`, where it would be refused.
    pub fn must_begin<A: Action>(&self, place: Place) -> Result<(), Error> {
        self.person.actor.may_begin::<A>(place, self.person.now)
    }

    /// 403 with an explanation for a page whose form would be refused over what sits at `place`.
    pub fn must(&self, permission: Permission, place: Place) -> Result<(), Error> {
        self.person.actor.must_hold_over(permission, place, self.person.now)
    }

    /// Where the person's own tenant sits, for what is added to it.
    pub fn own_tenant(&self) -> Place {
        Place { tenant: self.person.tenant, ..Place::default() }
    }

    /// Where the person's own login sits.
    pub fn oneself(&self) -> Place {
        Place { tenant: self.person.tenant, login: self.person.login, ..Place::default() }
    }

    /// Where more can be bought, for whoever sees the limits of the tenant.
    pub fn where_to_buy(&self) -> Option<&str> {
        let whole = self.person.usage.as_ref().is_some_and(Usage::is_whole);
        self.settings().billing_url.as_deref().filter(|_| whole)
    }

    /// The same for a page that makes no sense without it: 403, explained.
    pub fn must_hold(&self, permission: Permission) -> Result<(), Error> {
        self.person.actor.must_hold(permission, self.person.now)
    }

    /// The instant of this request.
    pub fn now(&self) -> Timestamp {
        self.person.now
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
            banner: self.banner(),
            notices,
            wide: false,
        }
        .page(content)
    }

    /// Who acts as whom, as long as somebody does.
    fn banner(&self) -> Option<Markup> {
        let tenant = self.person.usage.as_ref().map(|usage| usage.name.as_str());
        crate::impersonation::banner(&self.person.actor, tenant, self.person.now, self.csrf())
    }

    /// Does somebody act as the person?
    fn is_acted_as(&self) -> bool {
        self.person.actor.real().is_some()
    }

    fn portal_name(&self) -> String {
        texts::text(&format!("portal-{}", self.portal.key())).into_owned()
    }

    fn account_items(&self) -> Vec<MenuItem> {
        let mut items = Vec::new();
        if self.is_acted_as() {
            items.push(MenuItem::Post {
                label: t!("acting-leave").into_owned(),
                action: "/leave".into(),
                icon: Icon::Logout,
                token: self.csrf().to_owned(),
                danger: false,
            });
            return items;
        }
        if !self.person.must_change_password {
            if self.portal != Portal::Mail {
                items.push(MenuItem::Link {
                    label: t!("menu-access").into_owned(),
                    href: "/access".into(),
                    icon: Icon::ShieldCheck,
                });
            }
            items.push(MenuItem::Link {
                label: t!("menu-password").into_owned(),
                href: "/password".into(),
                icon: Icon::Key,
            });
            items.push(MenuItem::Link {
                label: t!("menu-security").into_owned(),
                href: "/security".into(),
                icon: Icon::ShieldLock,
            });
            if self.portal == Portal::Admin {
                items.push(MenuItem::Link {
                    label: t!("menu-own-networks").into_owned(),
                    href: "/security/networks".into(),
                    icon: Icon::Network,
                });
            }
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
                    entry(t!("types-title").into_owned(), "/user-types", Icon::Users);
                    entry(t!("menu-tasks").into_owned(), "/tasks", Icon::Inbox);
                }
                if self.holds(Permission::StaffView) {
                    entry(t!("menu-staff").into_owned(), "/staff", Icon::UserShield);
                }
                if self.holds(Permission::HistoryView) {
                    entry(t!("history-title").into_owned(), "/history", Icon::History);
                }
                entry(t!("keys-title").into_owned(), "/api-keys", Icon::Key);
            }
            Portal::Admin => {
                entry(t!("menu-home").into_owned(), "/", Icon::Home);
                for (permission, label, href, icon) in [
                    (Permission::MailboxView, t!("menu-users"), "/mailboxes", Icon::Users),
                    (Permission::DomainView, t!("menu-domains"), "/domains", Icon::World),
                    (Permission::AliasView, t!("menu-aliases"), "/aliases", Icon::MailForward),
                    (Permission::SubAdminView, t!("menu-sub-admins"), "/sub-admins", Icon::UserShield),
                    (Permission::HistoryView, t!("history-title"), "/history", Icon::History),
                    (Permission::OwnKeys, t!("keys-title"), "/api-keys", Icon::Key),
                ] {
                    if self.holds(permission) {
                        entry(label.into_owned(), href, icon);
                    }
                }
            }
            Portal::Mail => {
                entry(t!("menu-mail-program").into_owned(), "/panel", Icon::Mail);
                entry(t!("menu-password").into_owned(), "/password", Icon::Key);
                entry(t!("menu-security").into_owned(), "/security", Icon::ShieldLock);
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
pub(crate) fn head(title: &str) -> Head {
    Head { title: format!("{title} · {}", t!("product-name")), lang: "en".to_owned(), ..Head::default() }
}

/// Whose house this is.
pub(crate) fn brand() -> Brand {
    Brand { name: t!("product-name").into_owned(), href: "/".to_owned(), ..Brand::default() }
}

/// Words of the frame itself.
pub(crate) fn labels() -> ShellLabels {
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
