//! The pages on the way in: sign-in, recovery, one-time links, one's own password.

use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bailiwick_base::words::{EmailAddress, Line, Password, Token, limits};
use bailiwick_base::{Code, Error, t, texts};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{Tone, csrf, field, form_card, hidden, notice, page_header, password_field, submit};
use maud::{Markup, html};
use serde::Deserialize;

use super::Signing;
use crate::routes::{Access, Routes};
use crate::settings::Portal;
use crate::shell::{Answer, Calling, Form, Path, Problem, Query, Shell, Visit, redirect};

pub(crate) fn routes(routes: Routes) -> Routes {
    let is_staff = routes.portal() == Portal::Staff;
    let routes = routes
        .get("/sign-in", Access::Anybody, sign_in_page)
        .post("/sign-in", Access::Anybody, sign_in)
        .post("/sign-out", Access::Anybody, sign_out)
        .get("/recover", Access::Anybody, recover_page)
        .post("/recover", Access::Anybody, recover)
        .get("/link/{token}", Access::Anybody, link_page)
        .post("/link/{token}", Access::Anybody, follow_link)
        .get("/password", Access::SignedIn, password_page)
        .post("/password", Access::SignedIn, change_password);
    if !is_staff {
        return routes;
    }
    routes.get("/set-up/{token}", Access::Anybody, set_up_page).post(
        "/set-up/{token}",
        Access::Anybody,
        set_up,
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NextQuery {
    next: String,
}

/// `GET /sign-in`
async fn sign_in_page(visit: Visit, Query(query): Query<NextQuery>) -> Response {
    visit.page(&t!("sign-in-title"), Some(sign_in_text(&visit)), sign_in_form(&visit, "", &query.next))
}

fn sign_in_text(visit: &Visit) -> Markup {
    html! { (texts::text(&format!("sign-in-text-{}", visit.portal().key()))) }
}

fn sign_in_form(visit: &Visit, name: &str, next: &str) -> Markup {
    let label = if visit.portal() == Portal::Mail { t!("field-email-address") } else { t!("field-username") };
    let kind = if visit.portal() == Portal::Mail { InputKind::Email } else { InputKind::Text };
    html! {
        form.bw-form method="post" action="/sign-in" {
            (csrf(visit.csrf()))
            @if !next.is_empty() { (hidden("next", next)) }
            (field("username", label).kind(kind).value(name).autocomplete("username").required())
            (password_field("password", t!("field-password")).autocomplete("current-password").required())
            (submit(t!("sign-in-button")).primary())
        }
        p.text-center { a href="/recover" { (t!("sign-in-forgotten")) } }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInForm {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
async fn sign_in(
    State(signing): State<Signing>,
    visit: Visit,
    Calling(caller): Calling,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Answer {
    let portal = visit.portal();
    let signed_in = match form.password.parse::<Password>() {
        Ok(password) => {
            signing
                .sign_in(portal.realm(), &form.username, &password, caller.address(), agent(&headers))
                .await
        }
        Err(_) => Err(Error::new(Code::WrongCredentials)),
    };
    match signed_in {
        Ok(token) => Ok(with_session(portal, &token, redirect(own_path(&form.next)))),
        Err(error) => visit.again(error, &t!("sign-in-title"), Some(sign_in_text(&visit)), |_| {
            sign_in_form(&visit, &form.username, &form.next)
        }),
    }
}

/// Only a path of our own is followed after signing in (WX-09).
fn own_path(next: &str) -> &str {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    if plain && next.len() <= 500 { next } else { "/" }
}

/// What a browser calls itself.
pub(crate) fn agent(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Gives a browser the cookie of a session that was opened.
pub(crate) fn with_session(portal: Portal, token: &Token, mut response: Response) -> Response {
    let cookie = format!("{}={}; Path=/; Secure; HttpOnly; SameSite=Lax", portal.cookie(), token.reveal());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// `POST /sign-out`
async fn sign_out(
    State(signing): State<Signing>,
    visit: Visit,
    Calling(caller): Calling,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    signing.sign_out(&caller).await?;
    Ok(without_session(visit.portal(), redirect("/sign-in?done=signed-out")))
}

/// Takes the cookie of a session that has ended from a browser.
pub(crate) fn without_session(portal: Portal, mut response: Response) -> Response {
    let cookie = format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", portal.cookie());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// A form that only has a button.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoFields {}

/// `GET /recover`
async fn recover_page(visit: Visit) -> Response {
    visit.page(&t!("recover-title"), Some(html! { (t!("recover-text")) }), recover_form(&visit))
}

fn recover_form(visit: &Visit) -> Markup {
    let label = if visit.portal() == Portal::Mail { t!("field-email-address") } else { t!("field-username") };
    html! {
        form.bw-form method="post" action="/recover" {
            (csrf(visit.csrf()))
            (field("username", label).autocomplete("username").required())
            (submit(t!("recover-button")).primary())
        }
        p.text-center { a href="/sign-in" { (t!("recover-back")) } }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecoverForm {
    username: String,
}

/// `POST /recover`: the answer is the same whoever asks for whom.
async fn recover(
    State(signing): State<Signing>,
    visit: Visit,
    Calling(caller): Calling,
    Form(form): Form<RecoverForm>,
) -> Answer {
    signing.recover(visit.portal().realm(), &form.username, caller.address()).await?;
    Ok(redirect("/sign-in?done=recovery-sent"))
}

/// `GET /link/{token}`: the form, whether the link is good or not; only sending it tells (AN-16, IN-18).
async fn link_page(visit: Visit, Path(token): Path<String>) -> Response {
    visit.page(&t!("link-title"), Some(link_text()), link_form(&visit, &token, &Problem::none()))
}

fn link_text() -> Markup {
    html! { (t!("link-text", min = limits::PASSWORD_MIN)) }
}

fn link_form(visit: &Visit, token: &str, problem: &Problem) -> Markup {
    html! {
        form.bw-form method="post" action={ "/link/" (token) } {
            (csrf(visit.csrf()))
            (new_password_fields(problem))
            (submit(t!("link-button")).primary())
        }
    }
}

fn new_password_fields(problem: &Problem) -> Markup {
    html! {
        (password_field("new", t!("field-new-password")).autocomplete("new-password").required()
            .hint(t!("field-new-password-hint", min = limits::PASSWORD_MIN)).error(problem.on("new")))
        (password_field("repeated", t!("field-repeated-password")).autocomplete("new-password").required().error(problem.on("repeated")))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkForm {
    new: String,
    repeated: String,
}

/// `POST /link/{token}`
async fn follow_link(
    State(signing): State<Signing>,
    visit: Visit,
    Calling(caller): Calling,
    Path(token): Path<String>,
    Form(form): Form<LinkForm>,
) -> Answer {
    let set = async {
        let password = new_password(&form.new, &form.repeated)?;
        let link: Token = token.parse().map_err(|_| Error::new(Code::LinkInvalid))?;
        signing.set_password_by_link(&link, password, caller.address()).await
    };
    match set.await {
        Ok(_) => Ok(redirect("/sign-in?done=password-set")),
        Err(error) => visit
            .again(error, &t!("link-title"), Some(link_text()), |problem| link_form(&visit, &token, problem)),
    }
}

/// The new password, entered the same twice.
fn new_password(new: &str, repeated: &str) -> Result<Password, Error> {
    if new != repeated {
        return Err(Error::new(Code::PasswordsDiffer).on("repeated"));
    }
    new.parse().map_err(|_| Error::new(Code::PasswordTooLong).with("max", limits::PASSWORD_MAX).on("new"))
}

/// `GET /password`
async fn password_page(shell: Shell) -> Response {
    shell.page(&t!("password-title"), password_form(&shell, &Problem::none()))
}

fn password_form(shell: &Shell, problem: &Problem) -> Markup {
    let due = shell.must_change_password();
    let present = if due { t!("field-one-time-password") } else { t!("field-present-password") };
    html! {
        @if due {
            (page_header(t!("password-title")))
        } @else {
            (page_header(t!("password-title")).crumbs(t!("crumbs-label"), [(t!("security-title"), "/security")]))
        }
        @if due { (notice(Tone::Warning, t!("password-due-text")).title(t!("password-due-title"))) }
        (form_card("/password").csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (hidden("username", shell.name()))
            (password_field("present", present).autocomplete("current-password").required().error(problem.on("present")))
            (new_password_fields(problem))
        }).text(t!("password-text")).footer(html! { (submit(t!("password-button")).primary()) }))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordForm {
    present: String,
    new: String,
    repeated: String,
    /// For password managers only.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `POST /password`
async fn change_password(
    State(signing): State<Signing>,
    shell: Shell,
    Calling(caller): Calling,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Answer {
    let changed = async {
        let new = new_password(&form.new, &form.repeated)?;
        let present =
            form.present.parse().map_err(|_| Error::new(Code::PresentPasswordWrong).on("present"))?;
        signing.change_own_password(&caller, &present, new, agent(&headers)).await
    };
    match changed.await {
        Ok(token) => Ok(with_session(shell.portal(), &token, redirect("/?done=password-changed"))),
        Err(error) => shell.again(error, &t!("password-title"), |problem| password_form(&shell, problem)),
    }
}

/// `GET /set-up/{token}`
async fn set_up_page(visit: Visit, Path(token): Path<String>) -> Response {
    let empty = SetUpForm::default();
    visit.page(
        &t!("set-up-title"),
        Some(html! { (t!("set-up-text")) }),
        set_up_form(&visit, &token, &empty, &Problem::none()),
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetUpForm {
    username: String,
    full_name: String,
    email: String,
    new: String,
    repeated: String,
}

fn set_up_form(visit: &Visit, token: &str, form: &SetUpForm, problem: &Problem) -> Markup {
    html! {
        form.bw-form method="post" action={ "/set-up/" (token) } {
            (csrf(visit.csrf()))
            (field("username", t!("field-username")).value(form.username.as_str()).autocomplete("username").required().error(problem.on("username")))
            (field("full_name", t!("field-full-name")).value(form.full_name.as_str()).autocomplete("name").required().error(problem.on("full_name")))
            (field("email", t!("field-recovery-address")).kind(InputKind::Email).value(form.email.as_str()).autocomplete("email").required()
                .hint(t!("field-recovery-address-hint")).error(problem.on("email")))
            (new_password_fields(problem))
            (submit(t!("set-up-button")).primary())
        }
    }
}

/// `POST /set-up/{token}`
async fn set_up(
    State(signing): State<Signing>,
    visit: Visit,
    Calling(caller): Calling,
    Path(token): Path<String>,
    Form(form): Form<SetUpForm>,
) -> Answer {
    let made = async {
        let password = new_password(&form.new, &form.repeated)?;
        let full_name = person_name(&form.full_name, "full_name")?;
        let email: EmailAddress =
            form.email.parse().map_err(|_| Error::new(Code::EmailAddressInvalid).on("email"))?;
        let link: Token = token.parse().map_err(|_| Error::new(Code::LinkInvalid))?;
        signing.set_up(&link, &form.username, &full_name, &email, password, caller.address()).await
    };
    match made.await {
        Ok(()) => Ok(redirect("/sign-in?done=set-up")),
        Err(error) => {
            visit.again(error, &t!("set-up-title"), Some(html! { (t!("set-up-text")) }), |problem| {
                set_up_form(&visit, &token, &form, problem)
            })
        }
    }
}

/// A name that must be given: one line of at most 100 characters.
pub(crate) fn person_name(text: &str, field: &'static str) -> Result<Line<100>, Error> {
    let name: Line<100> =
        text.parse().map_err(|_| Error::new(Code::LineInvalid).with("max", 100_i64).on(field))?;
    if name.is_empty() { Err(Error::new(Code::FieldMissing).on(field)) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn wx_09_only_a_path_of_our_own_is_followed_after_signing_in() {
        for evil in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "https:evil",
            "/a\r\nSet-Cookie: x=y",
            "data:text/html,x",
            "",
            "evil",
            "/ a",
        ] {
            assert_eq!(own_path(evil), "/", "{evil:?}");
        }
        assert_eq!(own_path("/mailboxes?q=a%20b"), "/mailboxes?q=a%20b");
    }
}
