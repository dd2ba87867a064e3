//! Pages about Sub-Admins, and about the networks of one's own login.

use axum::extract::State;
use bailiwick_base::authz::{Caller, Permission, Profile, Target};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{LoginId, TenantId};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::{checkbox, form_card, link_button, page_header, submit};
use maud::{Markup, html};
use serde::Deserialize;

use super::actions::{AddSubAdmin, RemoveSubAdmin};
use super::form::{SubAdminForm, password};
use super::networks::AllowedNetworks;
use super::own_networks::OwnNetworks;
use super::review_view;
use super::service::SubAdmins;
use super::views;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, ListQuery, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;
use crate::tasks::{Tasks, unlimited_card};

pub(crate) fn routes(routes: Routes) -> Routes {
    let manage = Access::Holding(Permission::SubAdminManage);
    routes
        .get("/sub-admins", Access::Holding(Permission::SubAdminView), list)
        .get("/sub-admins/new", manage, new_page)
        .post("/sub-admins/new", manage, add)
        .get("/sub-admins/{id}", manage, edit_page)
        .post("/sub-admins/{id}", manage, update)
        .post("/sub-admins/{id}/invite", manage, invite)
        .get("/sub-admins/{id}/remove", manage, removal_page)
        .post("/sub-admins/{id}/remove", manage, remove)
        .get("/security/networks", Access::SignedIn, own_networks_page)
        .post("/security/networks", Access::SignedIn, set_own_networks)
}

/// `GET /sub-admins`
async fn list(
    State(sub_admins): State<SubAdmins>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let page = sub_admins.page(&caller, &query.q, &request).await?;
    Ok(shell.page(&t!("sub-admins-title"), views::list(&shell, &query.q, &page)))
}

fn tenant(shell: &Shell) -> Result<TenantId, Error> {
    shell.tenant().ok_or_else(|| Code::NoSuchThing.into())
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NewQuery {
    profile: String,
}

/// `GET /sub-admins/new`
async fn new_page(
    State(sub_admins): State<SubAdmins>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<NewQuery>,
) -> Answer {
    let profile = match query.profile.as_str() {
        "" => None,
        key => Some(Profile::by_key(key).ok_or(Code::NoSuchThing)?),
    };
    shell.must_begin::<AddSubAdmin>(shell.own_tenant())?;
    let domains = sub_admins.domains(&caller, tenant(&shell)?).await?;
    let form = SubAdminForm::empty(profile);
    Ok(shell.page(&t!("sub-admin-new-title"), views::new(&shell, &domains, &form, &Problem::none())))
}

/// `POST /sub-admins/new`
async fn add(
    State(sub_admins): State<SubAdmins>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<SubAdminForm>,
) -> Answer {
    let tenant = tenant(&shell)?;
    let added = async { sub_admins.add(&caller, tenant, &form.parse_new()?).await };
    match added.await {
        Ok(added) if added.is_invited() => Ok(redirect("/sub-admins?done=sub-admin-invited")),
        Ok(_) => Ok(redirect("/sub-admins?done=sub-admin-added")),
        Err(error) => {
            let domains = sub_admins.domains(&caller, tenant).await?;
            let title = t!("sub-admin-new-title");
            shell.again(error, &title, |problem| views::new(&shell, &domains, &form, problem))
        }
    }
}

/// `GET /sub-admins/{id}`
async fn edit_page(
    State(sub_admins): State<SubAdmins>,
    State(tasks): State<Tasks>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    let shown = sub_admins.get(&caller, id).await?;
    let domains = sub_admins.domains(&caller, tenant(&shell)?).await?;
    let form = SubAdminForm::of(&shown);
    let page = views::edit(&shell, &shown, &domains, &form, &Problem::none());
    let unlimited = unlimited_card(&tasks, &shell, &caller, id).await?;
    Ok(shell.page(&shown.sub_admin.name, html! { (page) (unlimited) }))
}

/// `POST /sub-admins/{id}`: first what would change is shown; the page that shows it saves.
async fn update(
    State(sub_admins): State<SubAdmins>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(form): Form<SubAdminForm>,
) -> Answer {
    let done = match form.step.as_deref() {
        None => review_page(&sub_admins, &shell, &caller, id, &form, None).await,
        Some("save") => match save(&sub_admins, &caller, id, &form).await {
            Ok(()) => return Ok(redirect("/sub-admins?done=sub-admin-updated")),
            Err(error) if is_about_the_review(&error) => {
                review_page(&sub_admins, &shell, &caller, id, &form, Some(error)).await
            }
            Err(error) => Err(error),
        },
        Some("back") => return form_again(&sub_admins, &shell, &caller, id, &form, None).await,
        Some(_) => Err(Code::MalformedRequest.into()),
    };
    match done {
        Ok(answer) => answer,
        Err(error) => form_again(&sub_admins, &shell, &caller, id, &form, Some(error)).await,
    }
}

async fn save(
    sub_admins: &SubAdmins,
    caller: &Caller,
    id: LoginId,
    form: &SubAdminForm,
) -> Result<(), Error> {
    sub_admins.update(caller, id, &form.parse_changes()?).await
}

/// The form as it was filled, with what is wrong with it.
async fn form_again(
    sub_admins: &SubAdmins,
    shell: &Shell,
    caller: &Caller,
    id: LoginId,
    form: &SubAdminForm,
    error: Option<Error>,
) -> Answer {
    let shown = sub_admins.get(caller, id).await?;
    let domains = sub_admins.domains(caller, tenant(shell)?).await?;
    let page = |problem: &Problem| views::edit(shell, &shown, &domains, form, problem);
    match error {
        Some(error) => shell.again(error, &shown.sub_admin.name, page),
        None => Ok(shell.page(&shown.sub_admin.name, page(&Problem::none()))),
    }
}

/// Can it be put right on the page that shows what would change? Whoever comes with an old version sees there what
/// stands now beside what the form would make of it.
fn is_about_the_review(error: &Error) -> bool {
    matches!(error.code(), Code::ChangedMeanwhile | Code::TooManyGuesses)
        || matches!(error.field(), Some("own_password"))
        || error.code() == Code::PasswordsDiffer
}

async fn review_page(
    sub_admins: &SubAdmins,
    shell: &Shell,
    caller: &Caller,
    id: LoginId,
    form: &SubAdminForm,
    error: Option<Error>,
) -> Result<Answer, Error> {
    let changes = form.parse_changes()?;
    let review = sub_admins.review(caller, id, &changes).await?;
    let mark = form.password_mark.clone().unwrap_or_else(|| review.password_mark.clone());
    let stale = (review.sub_admin.version != changes.version).then(|| Code::ChangedMeanwhile.into());
    let page = |problem: &Problem| review_view::review(shell, &review, form, &mark, problem);
    Ok(match error.or(stale) {
        Some(error) => shell.again(error, &t!("review-title"), page),
        None => Ok(shell.page(&t!("review-title"), page(&Problem::none()))),
    })
}

/// `POST /sub-admins/{id}/invite`
async fn invite(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    sub_admins.invite(&caller, id).await?;
    Ok(redirect(format!("/sub-admins/{id}?done=sub-admin-link-sent")))
}

/// `GET /sub-admins/{id}/remove`
async fn removal_page(
    State(sub_admins): State<SubAdmins>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
) -> Answer {
    let shown = sub_admins.get(&caller, id).await?;
    shell.must_begin::<RemoveSubAdmin>(shown.sub_admin.place())?;
    Ok(shell.page(&t!("sub-admin-remove-title"), views::removal(&shell, &shown)))
}

/// `POST /sub-admins/{id}/remove`
async fn remove(
    State(sub_admins): State<SubAdmins>,
    Calling(caller): Calling,
    Path(id): Path<LoginId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    sub_admins.remove(&caller, id).await?;
    Ok(redirect("/sub-admins?done=sub-admin-removed"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnNetworksForm {
    networks: String,
    from: String,
    /// `yes`: the list may shut its author out.
    #[serde(default)]
    knows: String,
    own_password: String,
}

/// `GET /security/networks`
async fn own_networks_page(State(own): State<OwnNetworks>, shell: Shell, Calling(caller): Calling) -> Answer {
    let (networks, by_admin) = own.get(&caller).await?;
    if by_admin {
        return Ok(shell.page(&t!("own-networks-title"), views::networks_of_admin(&networks)));
    }
    let form = OwnNetworksForm {
        networks: networks.to_text(),
        from: networks.choice().into(),
        ..OwnNetworksForm::default()
    };
    let page = own_networks_form(&shell, &caller.address().to_string(), &form, &Problem::none());
    Ok(shell.page(&t!("own-networks-title"), page))
}

fn own_networks_form(shell: &Shell, address: &str, form: &OwnNetworksForm, problem: &Problem) -> Markup {
    html! {
        (page_header(t!("own-networks-title")).text(t!("own-networks-text", address = address)))
        (form_card("/security/networks").csrf(shell.csrf()).errors(problem.summary()).body(html! {
            (views::networks_fields(&form.networks, &form.from, problem))
            (checkbox("knows", t!("own-networks-knows")).value("yes").checked(form.knows == "yes").hint(t!("own-networks-knows-hint")))
            (views::own_password(problem, &t!("own-password-hint")))
        }).footer(html! { (submit(t!("own-networks-save")).primary()) (link_button(t!("button-cancel"), "/")) }))
    }
}

/// `POST /security/networks`
async fn set_own_networks(
    State(own): State<OwnNetworks>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<OwnNetworksForm>,
) -> Answer {
    let set = async {
        let networks = AllowedNetworks::parse(&form.networks, &form.from)?;
        let knows = match form.knows.as_str() {
            "" => false,
            "yes" => true,
            _ => return Err(Code::MalformedRequest.into()),
        };
        let own_password = password(&form.own_password, "own_password")?
            .ok_or_else(|| Error::new(Code::FieldMissing).on("own_password"))?;
        own.set(&caller, &networks, knows, &own_password).await
    };
    match set.await {
        Ok(()) => Ok(redirect("/security/networks?done=saved")),
        Err(error) => {
            let address = caller.address().to_string();
            shell.again(error, &t!("own-networks-title"), |problem| {
                own_networks_form(&shell, &address, &form, problem)
            })
        }
    }
}
