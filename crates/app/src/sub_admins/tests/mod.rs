//! Sub-Admins over HTTP, on both engines.

mod access;
mod life;
mod networks;
mod programs;
mod refusals;
mod review;

use bailiwick_base::words::LoginId;

use crate::testkit::{Admin, NewSubAdmin, PASSWORD, Seen};

/// Another password than that of the tests' people.
const OTHER: &str = "nimble cactus waltz harbour";

/// Sends the form of one that exists, filled as the builder says, with the version of its page and more fields.
async fn send(admin: &Admin, id: LoginId, form: &NewSubAdmin<'_>, more: &[(&str, &str)]) -> Seen {
    let path = format!("/sub-admins/{id}");
    let page = admin.browser.get(&path).await;
    let version = page.between("name=\"version\" value=\"", "\"").expect("the form's version").to_owned();
    send_old(admin, id, form, &version, more).await
}

/// The same with the version of a form opened before.
async fn send_old(
    admin: &Admin,
    id: LoginId,
    form: &NewSubAdmin<'_>,
    version: &str,
    more: &[(&str, &str)],
) -> Seen {
    let form = form.form();
    let overridden = |name: &str| more.iter().any(|(other, _)| *other == name);
    let mut pairs: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (*name, if *name == "password" { "" } else { value.as_str() }))
        .filter(|(name, _)| *name != "how" && !overridden(name))
        .collect();
    pairs.push(("version", version));
    pairs.extend_from_slice(more);
    admin.browser.post(&format!("/sub-admins/{id}"), &pairs).await
}

/// Sends it and confirms what it would change, with the caller's own password.
async fn save(admin: &Admin, id: LoginId, form: &NewSubAdmin<'_>) -> Seen {
    send(admin, id, form, &[("step", "save"), ("own_password", PASSWORD)]).await
}

/// Adds through the page, as the form stands.
async fn try_to_add(admin: &Admin, form: &NewSubAdmin<'_>, more: &[(&str, &str)]) -> Seen {
    let form = form.form();
    let overridden = |name: &str| more.iter().any(|(other, _)| *other == name);
    let mut pairs: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .filter(|(name, _)| !overridden(name))
        .collect();
    pairs.extend_from_slice(more);
    admin.browser.fill("/sub-admins/new", &pairs).await
}
