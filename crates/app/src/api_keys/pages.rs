//! Pages about API keys, in the Admin Panel and the back office.

use axum::extract::State;
use bailiwick_base::authz::{Caller, PermissionSet};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::ApiKeyId;
use bailiwick_base::{Code, Error, t};
use serde::Deserialize;

use super::form::{KeyForm, RenewForm, holder, own_password};
use super::service::ApiKeys;
use super::shown::{Choices, Listed, Whose};
use super::views;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/api-keys", Access::SignedIn, list)
        .get("/api-keys/new", Access::SignedIn, new_page)
        .post("/api-keys/new", Access::SignedIn, make)
        .get("/api-keys/{id}", Access::SignedIn, show)
        .post("/api-keys/{id}", Access::SignedIn, change)
        .get("/api-keys/{id}/renew", Access::SignedIn, renewal_page)
        .post("/api-keys/{id}/renew", Access::SignedIn, renew)
        .get("/api-keys/{id}/remove", Access::SignedIn, removal_page)
        .post("/api-keys/{id}/remove", Access::SignedIn, remove)
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KeysQuery {
    /// `others`, or empty for one's own.
    whose: String,
    q: String,
    after: String,
    before: String,
}

/// `GET /api-keys`
async fn list(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<KeysQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let whose = match query.whose.as_str() {
        "" => Whose::Own,
        "others" => Whose::Others(&query.q),
        _ => return Err(Code::MalformedRequest.into()),
    };
    let page = keys.page(&caller, whose, &request).await?;
    let list = views::List { own: whose == Whose::Own, search: &query.q, page: &page };
    Ok(shell.page(&t!("keys-title"), views::list(&shell, &list)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NewQuery {
    /// The API Sub-Admin it is to be for; empty for oneself.
    login: String,
}

/// `GET /api-keys/new`
async fn new_page(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<NewQuery>,
) -> Answer {
    let from = keys.choices(&caller, holder(&query.login)?).await?;
    let form = KeyForm::empty(&query.login);
    Ok(shell.page(&t!("key-new-title"), views::new(&shell, &from, &form, &Problem::none())))
}

/// `POST /api-keys/new`: the answer is the one page on which the secret stands.
async fn make(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Form(form): Form<KeyForm>,
) -> Answer {
    let made = async {
        if form.version.is_some() {
            return Err(Code::MalformedRequest.into());
        }
        let terms = form.terms(None, PermissionSet::NONE)?;
        keys.make(&caller, form.holder()?, &terms, &form.own_password()?).await
    };
    match made.await {
        Ok(made) => Ok(shell.page(&t!("key-made-title"), views::made(&shell, &made, false))),
        Err(error) => {
            let from = keys.choices(&caller, form.holder()?).await?;
            shell.again(error, &t!("key-new-title"), |problem| views::new(&shell, &from, &form, problem))
        }
    }
}

/// A key with what its form can choose from, if the person may change it.
async fn look(
    keys: &ApiKeys,
    shell: &Shell,
    caller: &Caller,
    id: ApiKeyId,
) -> Result<(Listed, Option<Choices>), Error> {
    let listed = keys.get(caller, id).await?;
    let from = if views::may_change(shell, &listed.key) {
        Some(keys.choices(caller, Some(listed.key.login)).await?)
    } else {
        None
    };
    Ok((listed, from))
}

/// `GET /api-keys/{id}`
async fn show(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ApiKeyId>,
) -> Answer {
    let (listed, from) = look(&keys, &shell, &caller, id).await?;
    let held = from.as_ref().map_or(PermissionSet::NONE, |from| from.permissions);
    let form = KeyForm::of(&listed.key, held);
    let page = views::show(&shell, &listed, from.as_ref(), &form, &Problem::none());
    Ok(shell.page(&listed.key.name, page))
}

/// `POST /api-keys/{id}`
async fn change(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ApiKeyId>,
    Form(form): Form<KeyForm>,
) -> Answer {
    let (listed, from) = look(&keys, &shell, &caller, id).await?;
    let changed = async {
        if form.version.is_none() || !form.login.is_empty() {
            return Err(Code::MalformedRequest.into());
        }
        let held = from.as_ref().map_or(PermissionSet::NONE, |from| from.permissions);
        let terms = form.terms(Some(&listed.key), held)?;
        keys.change(&caller, id, form.version, &terms, &form.own_password()?).await
    };
    match changed.await {
        Ok(()) => Ok(redirect(format!("/api-keys/{id}?done=saved"))),
        Err(error) => shell.again(error, &listed.key.name, |problem| {
            views::show(&shell, &listed, from.as_ref(), &form, problem)
        }),
    }
}

/// `GET /api-keys/{id}/renew`
async fn renewal_page(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ApiKeyId>,
) -> Answer {
    let key = keys.get(&caller, id).await?.key;
    Ok(shell.page(&t!("key-renew-title"), views::renewal(&shell, &key, &Problem::none())))
}

/// `POST /api-keys/{id}/renew`
async fn renew(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ApiKeyId>,
    Form(form): Form<RenewForm>,
) -> Answer {
    let renewed = async { keys.renew(&caller, id, &own_password(&form.own_password)?).await };
    match renewed.await {
        Ok(made) => Ok(shell.page(&t!("key-renewed-title"), views::made(&shell, &made, true))),
        Err(error) => {
            let key = keys.get(&caller, id).await?.key;
            shell.again(error, &t!("key-renew-title"), |problem| views::renewal(&shell, &key, problem))
        }
    }
}

/// `GET /api-keys/{id}/remove`
async fn removal_page(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ApiKeyId>,
) -> Answer {
    let key = keys.get(&caller, id).await?.key;
    Ok(shell.page(&t!("key-remove-title"), views::removal(&shell, &key, &Problem::none())))
}

/// `POST /api-keys/{id}/remove`
async fn remove(
    State(keys): State<ApiKeys>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ApiKeyId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    let key = keys.get(&caller, id).await?.key;
    match keys.remove(&caller, id).await {
        Ok(()) if Some(key.login) == shell.login() => Ok(redirect("/api-keys?done=key-removed")),
        Ok(()) => Ok(redirect("/api-keys?whose=others&done=key-removed")),
        Err(error) => {
            shell.again(error, &t!("key-remove-title"), |problem| views::removal(&shell, &key, problem))
        }
    }
}
