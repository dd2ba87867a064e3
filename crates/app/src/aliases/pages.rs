//! Pages about aliases and resting addresses.

use axum::extract::State;
use bailiwick_base::authz::{Permission, Target};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{AddressId, AliasId, LocalPart};
use bailiwick_base::{Code, Error, t};
use maud::html;

use super::forms::{self, EditForm, ListQuery, NewForm};
use super::service::Aliases;
use super::store::Alias;
use super::targets::read_targets;
use crate::addresses::Addresses;
use crate::audit::{Audit, card_about};
use crate::domains::Domains;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;

pub(crate) fn routes(routes: Routes) -> Routes {
    let view = Access::Holding(Permission::AliasView);
    let add = Access::Holding(Permission::AliasAdd);
    let removal = Access::Holding(Permission::AliasRemove);
    routes
        .get("/aliases", view, list)
        .get("/aliases.csv", view, super::export::file)
        .get("/aliases/new", add, new_page)
        .post("/aliases/new", add, create)
        .get("/aliases/resting", view, resting)
        .post("/aliases/resting/{id}/release", Access::Holding(Permission::AddressRelease), release)
        .get("/aliases/{id}", view, show)
        .post("/aliases/{id}", Access::Holding(Permission::AliasUpdate), save)
        .get("/aliases/{id}/remove", removal, removal_page)
        .post("/aliases/{id}/remove", removal, remove)
}

/// `GET /aliases`
async fn list(
    State(aliases): State<Aliases>,
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let domain = domains.filtered(&caller, Permission::AliasView, &query.domain).await?;
    let page = aliases.page(&caller, &query.q, domain, &request).await?;
    let choices = domains.choices(&caller, Permission::AliasView).await?;
    Ok(shell.page(&t!("aliases-title"), forms::list(&shell, &query, &choices, &page)))
}

/// `GET /aliases/new`
async fn new_page(State(domains): State<Domains>, shell: Shell, Calling(caller): Calling) -> Answer {
    let choices = domains.choices(&caller, Permission::AliasAdd).await?;
    let page = forms::new(&shell, &choices, &NewForm::default(), &Problem::none());
    Ok(shell.page(&t!("alias-new-title"), page))
}

/// `POST /aliases/new`
async fn create(
    State(aliases): State<Aliases>,
    State(domains): State<Domains>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<NewForm>,
) -> Answer {
    let created = async {
        let domain = domains.chosen(&caller, Permission::AliasAdd, &form.domain).await?;
        let name = LocalPart::for_new_address(form.alias.trim())
            .map_err(|_| Error::new(Code::LocalPartInvalid).on("alias"))?;
        aliases.add(&caller, domain, &name, &read_targets(&form.targets)?).await
    };
    let created: Result<Alias, Error> = created.await;
    match created {
        Ok(_) => Ok(redirect("/aliases?done=alias-added")),
        Err(error) => {
            let choices = domains.choices(&caller, Permission::AliasAdd).await?;
            let title = t!("alias-new-title");
            shell.again(error, &title, |problem| forms::new(&shell, &choices, &form, problem))
        }
    }
}

/// `GET /aliases/{id}`
async fn show(
    State(aliases): State<Aliases>,
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<AliasId>,
) -> Answer {
    let leading = aliases.get(&caller, id).await?;
    let page = forms::edit(&shell, &leading, &EditForm::of(&leading), &Problem::none());
    let history = card_about(&audit, &shell, &caller, "alias", id).await?;
    Ok(shell.page(&leading.alias.address.to_string(), html! { (page) (history) }))
}

/// `POST /aliases/{id}`
async fn save(
    State(aliases): State<Aliases>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<AliasId>,
    Form(form): Form<EditForm>,
) -> Answer {
    let saved =
        async { aliases.update(&caller, id, Some(form.version), &read_targets(&form.targets)?).await };
    match saved.await {
        Ok(_) => Ok(redirect(format!("/aliases/{id}?done=saved"))),
        Err(error) => {
            let leading = aliases.get(&caller, id).await?;
            let title = leading.alias.address.to_string();
            shell.again(error, &title, |problem| forms::edit(&shell, &leading, &form, problem))
        }
    }
}

/// `GET /aliases/{id}/remove`
async fn removal_page(
    State(aliases): State<Aliases>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<AliasId>,
) -> Answer {
    let leading = aliases.get(&caller, id).await?;
    shell.must(Permission::AliasRemove, leading.alias.place())?;
    Ok(shell.page(&t!("alias-remove-title"), forms::removal(&shell, &leading)))
}

/// `POST /aliases/{id}/remove`
async fn remove(
    State(aliases): State<Aliases>,
    Calling(caller): Calling,
    Path(id): Path<AliasId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    aliases.remove(&caller, id, None).await?;
    Ok(redirect("/aliases?done=alias-removed"))
}

/// What the list of resting addresses is asked for.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RestingQuery {
    after: String,
    before: String,
}

/// `GET /aliases/resting`
async fn resting(
    State(addresses): State<Addresses>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<RestingQuery>,
) -> Answer {
    let page = addresses.resting(&caller, &PageRequest::parse(&query.after, &query.before)?).await?;
    Ok(shell.page(&t!("resting-title"), forms::resting(&shell, &page)))
}

/// `POST /aliases/resting/{id}/release`
async fn release(
    State(addresses): State<Addresses>,
    Calling(caller): Calling,
    Path(id): Path<AddressId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    addresses.release(&caller, id).await?;
    Ok(redirect("/aliases/resting?done=address-released"))
}
