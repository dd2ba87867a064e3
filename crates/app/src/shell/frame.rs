//! The frame around pages: menu by permission, meters, who is signed in; and the plain frame for whoever is not.

use axum::extract::{FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::db::Query;
use bailiwick_base::words::{LoginId, TenantId, TimeZoneName, limits};
use bailiwick_base::{Code, Error, Kind, t, texts};
use bailiwick_ui::page::{
    AccountMenu, AppShell, Brand, CentredPage, Head, MenuEntry, MenuItem, MenuSection, ShellLabels,
};
use bailiwick_ui::{Icon, Tone, notice};
use maud::{Markup, Render, html};

use super::respond::Refusal;
use super::{Answer, CsrfKey};
use crate::core::Core;
use crate::routes::Access;
use crate::settings::Portal;
use crate::tenants::{self, Usage};

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

#[derive(Debug, Clone)]
struct Person {
    name: String,
    full_name: String,
    login: Option<LoginId>,
    tenant: Option<TenantId>,
    holds: Vec<Permission>,
    usage: Option<Usage>,
    must_change_password: bool,
}

/// Stands before every route: nobody comes past who is not signed in or does not hold, anywhere, what the route
/// was declared with. What of an object may be seen or done is decided later, with the object in hand.
pub(crate) async fn guard(access: Access, mut request: Request, next: Next) -> Response {
    if access != Access::Anybody {
        let core = request.extensions().get::<Core>().cloned();
        let caller = request.extensions().get::<Caller>().cloned();
        let path = request.uri().path().to_owned();
        match let_in(access, core, caller, &path).await {
            Ok(person) => request.extensions_mut().insert(person),
            Err(error) => return Refusal::from(error).into_response(),
        };
    }
    next.run(request).await
}

async fn let_in(
    access: Access,
    core: Option<Core>,
    caller: Option<Caller>,
    path: &str,
) -> Result<Person, Error> {
    let (Some(core), Some(caller)) = (core, caller) else {
        return Err(Error::new(Code::Internal).because("the layers are not in place"));
    };
    let person = load(&core, &caller).await?;
    if person.must_change_password && path != "/password" {
        return Err(Code::PasswordChangeDue.into());
    }
    match access {
        Access::Holding(permission) if !person.holds.contains(&permission) => {
            Err(Error::new(Code::NotPermitted).with("needs", permission.key()))
        }
        _ => Ok(person),
    }
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
fn done(parts: &Parts) -> Option<String> {
    let query = parts.uri.query()?;
    let (_, key) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "done")?;
    let key = format!("done-{key}");
    texts::has(&key).then(|| texts::text(&key).into_owned())
}

async fn load(core: &Core, caller: &Caller) -> Result<Person, Error> {
    if !caller.has_session() {
        return Err(Code::SignedOut.into());
    }
    let mut tx = core.read(caller).await?;
    let now = tx.now();
    let actor = tx.actor().clone();
    let usage = match actor.tenant() {
        Some(tenant) if actor.holds(Permission::TenantView, now) => {
            Some(tenants::usage(&mut tx, tenant).await?)
        }
        _ => None,
    };
    if let (Some(session), Some(seen)) = (actor.session(), actor.seen())
        && now.since(seen) > limits::SESSION_TOUCH
    {
        crate::sign_in::touch(core, caller.clone(), session);
    }
    Ok(Person {
        name: actor.name().to_owned(),
        full_name: actor.full_name().to_owned(),
        login: actor.login(),
        tenant: actor.tenant(),
        holds: Permission::ALL.iter().copied().filter(|permission| actor.holds(*permission, now)).collect(),
        usage,
        must_change_password: actor.must_change_password(),
    })
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
        self.person.holds.contains(&permission)
    }

    /// The zone times are shown in.
    pub fn zone(&self) -> TimeZoneName {
        TimeZoneName::utc()
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

/// The frame of a page for somebody who is not signed in.
#[derive(Debug, Clone)]
pub struct Visit {
    core: Core,
    portal: Portal,
    csrf: CsrfKey,
    done: Option<String>,
}

impl FromRequestParts<Core> for Visit {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, core: &Core) -> Result<Self, Refusal> {
        let portal = Portal::from_request_parts(parts, core).await?;
        let csrf = CsrfKey::from_request_parts(parts, core).await?;
        Ok(Self { core: core.clone(), portal, csrf, done: done(parts) })
    }
}

impl Visit {
    /// The anti-forgery token of this page's forms.
    pub fn csrf(&self) -> &str {
        self.csrf.token()
    }

    /// The portal the page belongs to.
    pub fn portal(&self) -> Portal {
        self.portal
    }

    /// What the installation is told about itself.
    pub fn settings(&self) -> &crate::Settings {
        self.core.settings()
    }

    /// A page with one card in the middle.
    pub fn page(&self, title: &str, text: Option<Markup>, body: Markup) -> Response {
        self.markup(title, text, body, &html! {}).into_response()
    }

    /// The form again, with what is wrong with it.
    pub fn again(&self, error: Error, title: &str, form: impl FnOnce(&Problem) -> Markup) -> Answer {
        let problem = Problem::of(error)?;
        let notices = problem.summary();
        Ok((problem.status, self.markup(title, None, form(&problem), &notices)).into_response())
    }

    fn markup(&self, title: &str, text: Option<Markup>, body: Markup, notices: &Markup) -> Markup {
        let head = head(title);
        let brand = brand();
        CentredPage {
            head: &head,
            brand: &brand,
            skip: &t!("shell-skip"),
            network_error: &t!("shell-network-error"),
            emblem: None,
            title,
            text,
            notices: html! { @if let Some(done) = &self.done { (notice(Tone::Success, done.as_str())) } (notices) },
            body,
            footer: Some(html! { (texts::text(&format!("portal-{}", self.portal.key()))) }),
            wide: false,
        }
        .render()
    }
}

/// What is wrong with a form that was sent, to be shown in it.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    field: Option<&'static str>,
    text: String,
    help: String,
    limit_reached: bool,
}

impl Problem {
    /// Nothing is wrong: the form is shown for the first time.
    pub fn none() -> Self {
        Self {
            status: StatusCode::OK,
            field: None,
            text: String::new(),
            help: String::new(),
            limit_reached: false,
        }
    }

    /// Something a person can put right in the form; any other error is handed back.
    fn of(error: Error) -> Result<Self, Refusal> {
        let about_the_input = matches!(
            error.kind(),
            Kind::Invalid | Kind::Conflict | Kind::LimitReached | Kind::Stale | Kind::TooMany
        ) || matches!(
            error.code(),
            Code::WrongCredentials | Code::SignInClosed | Code::DomainLookupFailed
        );
        if !about_the_input || matches!(error.code(), Code::MalformedRequest | Code::TooLarge) {
            return Err(error.into());
        }
        Ok(Self {
            status: super::respond::status(&error),
            field: error.field(),
            text: error.title(),
            help: error.help().unwrap_or_default(),
            limit_reached: error.kind() == Kind::LimitReached,
        })
    }

    /// The text to stand at a field.
    pub fn on(&self, field: &str) -> Option<String> {
        (self.field == Some(field)).then(|| {
            format!("{}{} {}", self.text, if self.text.ends_with(['.', '?']) { "" } else { "." }, self.help)
        })
    }

    /// The text to stand above the form; nothing where a field bears it.
    pub fn summary(&self) -> Markup {
        html! { @if !self.text.is_empty() && self.field.is_none() { (notice(Tone::Danger, self.help.as_str()).title(self.text.as_str())) } }
    }

    /// Was a bought limit reached? Then the form shows where to buy more.
    pub fn limit_reached(&self) -> bool {
        self.limit_reached
    }
}

fn head(title: &str) -> Head {
    Head { title: format!("{title} · {}", t!("product-name")), lang: "en".to_owned(), ..Head::default() }
}

fn brand() -> Brand {
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
