//! `bailiwick mailbox`: by address.

use std::io::Read;

use bailiwick_app::mailboxes::{FirstPassword, ListFilter, Mailbox, Mailboxes, NewMailbox};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{LocalPart, LocalPartError, Password, Timestamp, limits};
use bailiwick_base::{Code, Error};
use serde_json::{Value, json};

use super::print;
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

pub(super) async fn run(open: &Installation, command: cli::Mailbox) -> Outcome {
    let mailboxes = Mailboxes::new(open.core.clone());
    let caller = operator();
    match command {
        cli::Mailbox::List { search, domain, format } => {
            let domain = match domain {
                Some(name) => Some(mailboxes.domain_by_name(&caller, &name).await?),
                None => None,
            };
            list(&mailboxes, &ListFilter { search, domain, status: None }, format.json).await
        }
        cli::Mailbox::Show { address, format } => {
            let found = mailboxes.by_address(&caller, &address).await?;
            show(&mailboxes, &found, format.json).await
        }
        cli::Mailbox::Add(new) => add(&mailboxes, new).await,
        cli::Mailbox::Disable { address } => {
            let found = mailboxes.by_address(&caller, &address).await?;
            mailboxes.disable(&caller, found.id).await?;
            print::line(&format!(
                "{address} is disabled: its sessions are being ended, its mail is still received."
            ))
        }
        cli::Mailbox::Enable { address } => {
            let found = mailboxes.by_address(&caller, &address).await?;
            mailboxes.enable(&caller, found.id).await?;
            print::line(&format!("{address} may sign in again."))
        }
        cli::Mailbox::Reset { address, one_time } => {
            let found = mailboxes.by_address(&caller, &address).await?;
            if one_time {
                let password = mailboxes.set_one_time_password(&caller, found.id).await?;
                return print::line(&format!(
                    "{password}\nIt must be changed at the first sign-in to the User Panel."
                ));
            }
            let to = mailboxes.send_reset_link(&caller, found.id).await?;
            print::line(&format!("A link to set a new password is queued for {to}."))
        }
        cli::Mailbox::Remove { address, confirm } => {
            let found = mailboxes.by_address(&caller, &address).await?;
            mailboxes.remove(&caller, found.id, &confirm).await?;
            print::line(&format!("{address} is removed; its mail is being removed."))
        }
    }
}

async fn list(mailboxes: &Mailboxes, filter: &ListFilter, as_json: bool) -> Outcome {
    let mut rows = vec![["ADDRESS", "NAME", "STATUS", "QUOTA", "LAST SIGN-IN"].map(str::to_owned).to_vec()];
    let mut values = Vec::new();
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = mailboxes.page(&operator(), filter, &request).await?;
        next = print::following(&page);
        for listed in &page.rows {
            let last = listed.last_sign_in;
            if as_json {
                values.push(value(&listed.mailbox, last));
                continue;
            }
            let Mailbox { address, name, status, quota, .. } = &listed.mailbox;
            let last = last.map_or_else(|| "never".to_owned(), |last| last.to_string());
            rows.push(vec![address.clone(), name.clone(), status.key().to_owned(), quota.to_string(), last]);
        }
    }
    if as_json { print::json(&values) } else { print::table(&rows) }
}

/// The quota in bytes.
fn value(mailbox: &Mailbox, last_sign_in: Option<Timestamp>) -> Value {
    json!({
        "id": mailbox.id,
        "tenant": mailbox.tenant_id,
        "address": mailbox.address,
        "name": mailbox.name,
        "status": mailbox.status.key(),
        "quota": mailbox.quota,
        "last_sign_in": last_sign_in.map(|last| last.to_string()),
        "created_at": mailbox.created_at.to_string(),
    })
}

async fn show(mailboxes: &Mailboxes, found: &Mailbox, as_json: bool) -> Outcome {
    let shown = mailboxes.get(&operator(), found.id).await?;
    if as_json {
        let mut value = value(&shown.mailbox, shown.last_sign_in);
        value["recovery"] = json!(shown.recovery);
        value["invited"] = json!(shown.invited);
        value["one_time_password"] = json!(shown.one_time);
        return print::json(&value);
    }
    let password = match (shown.invited, shown.one_time) {
        (true, _) => "none yet; invited",
        (_, true) => "must be changed at the first sign-in",
        _ => "set",
    };
    print::facts(&[
        ("address", shown.mailbox.address.clone()),
        ("id", shown.mailbox.id.to_string()),
        ("tenant", shown.mailbox.tenant_id.to_string()),
        ("name", shown.mailbox.name.clone()),
        ("status", shown.mailbox.status.key().to_owned()),
        ("quota", shown.mailbox.quota.to_string()),
        ("password", password.to_owned()),
        ("recovery", shown.recovery.unwrap_or_else(|| "none".to_owned())),
        ("last sign-in", shown.last_sign_in.map_or_else(|| "never".to_owned(), |last| last.to_string())),
        ("created", shown.mailbox.created_at.to_string()),
    ])
}

async fn add(mailboxes: &Mailboxes, new: cli::AddMailbox) -> Outcome {
    let cli::AddMailbox { address, name, quota, invite, one_time, recovery, format, .. } = new;
    let local = LocalPart::for_new_address(address.local.as_str())
        .map_err(|_: LocalPartError| Error::from(Code::LocalPartInvalid))?;
    let password = match invite {
        Some(to) => FirstPassword::Invitation(to),
        None => FirstPassword::Given { password: from_stdin()?, one_time, recovery },
    };
    let domain = mailboxes.domain_by_name(&operator(), &address.domain).await?;
    let added = mailboxes.add(&operator(), domain, NewMailbox { local, name, quota, password }).await?;
    if format.json {
        print::json(&value(&added, None))
    } else {
        print::line(&format!("{} is added.", added.address))
    }
}

/// The first line of standard input.
fn from_stdin() -> Outcome<Password> {
    let mut text = String::new();
    let bound = u64::try_from(limits::PASSWORD_MAX).unwrap_or(u64::MAX) + 3;
    let read = std::io::stdin().lock().take(bound).read_to_string(&mut text);
    let line = text.lines().next().unwrap_or_default();
    if read.is_err() || line.is_empty() {
        return Err(Failure::new("Standard input holds no password."));
    }
    let too_long = || Error::new(Code::PasswordTooLong).with("max", limits::PASSWORD_MAX);
    Ok(line.parse().map_err(|_| too_long())?)
}
