//! `bailiwick mailbox`: by address.

use std::io::Read;

use bailiwick_app::mail_policy::Usage;
use bailiwick_app::mailboxes::{
    Changes, FirstPassword, ListFilter, Mailbox, MailboxStatus, Mailboxes, NewMailbox, Shown,
};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{
    EmailAddress, LocalPart, LocalPartError, MailboxId, Password, Timestamp, limits,
};
use bailiwick_base::{Code, Error};

use super::print::{self, Answer};
use super::shape::Shape;
use super::{domain, user_type};
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

const COLUMNS: &[&str] =
    &["address", "name", "status", "type_name", "used_bytes", "quota_bytes", "last_sign_in"];

pub(super) async fn run(open: &Installation, command: cli::Mailbox, answer: Answer) -> Outcome {
    let mailboxes = Mailboxes::new(open.core.clone());
    match command {
        cli::Mailbox::List(asked) => {
            let domain = domain::proven(open, asked.domain.as_ref()).await?;
            let status = asked.status.as_deref().and_then(MailboxStatus::by_key);
            let kind = user_type::named(open, asked.kind.as_deref()).await?;
            let among =
                if asked.nearly_full { Some(mailboxes.nearly_full(&operator()).await?) } else { None };
            let filter = ListFilter { search: asked.search, domain, status, kind, among };
            list(&mailboxes, &filter, answer).await
        }
        cli::Mailbox::Show { address } => {
            let found = find(&mailboxes, &address).await?;
            answer.thing(&shown(&mailboxes.get(&operator(), found.id).await?))
        }
        cli::Mailbox::Add(new) => add(open, &mailboxes, new, answer).await,
        cli::Mailbox::Update(changes) => update(open, &mailboxes, changes, answer).await,
        command => change(&mailboxes, command, answer).await,
    }
}

/// What is done with one that is there.
async fn change(mailboxes: &Mailboxes, command: cli::Mailbox, answer: Answer) -> Outcome {
    let caller = operator();
    match command {
        cli::Mailbox::Disable { address } => {
            let found = find(mailboxes, &address).await?;
            mailboxes.disable(&caller, found.id).await?;
            let said =
                format!("{address} is disabled: its sessions are being ended, its mail is still received.");
            become_so(mailboxes, found.id, &said, answer).await
        }
        cli::Mailbox::Enable { address } => {
            let found = find(mailboxes, &address).await?;
            mailboxes.enable(&caller, found.id).await?;
            become_so(mailboxes, found.id, &format!("{address} may sign in again."), answer).await
        }
        cli::Mailbox::Reset { address, one_time: true } => {
            let found = find(mailboxes, &address).await?;
            let password = mailboxes.set_one_time_password(&caller, found.id).await?;
            let said = format!("{password}\nIt must be changed at the first sign-in to the User Panel.");
            answer.done(&said, &shape(&found, None, None).with("password", password))
        }
        cli::Mailbox::Reset { address, one_time: false } => {
            let found = find(mailboxes, &address).await?;
            let to = mailboxes.send_reset_link(&caller, found.id).await?;
            let said = format!("A link to set a new password is queued for {to}.");
            answer.done(&said, &shape(&found, None, None).text("sent_to", to))
        }
        cli::Mailbox::Remove { address, confirm } => {
            let found = find(mailboxes, &address).await?;
            mailboxes.remove(&caller, found.id, Some(&confirm)).await?;
            answer.done(
                &format!("{address} is removed; its mail is being removed."),
                &shape(&found, None, None),
            )
        }
        cli::Mailbox::List(_)
        | cli::Mailbox::Show { .. }
        | cli::Mailbox::Add(_)
        | cli::Mailbox::Update(_) => Ok(()),
    }
}

async fn find(mailboxes: &Mailboxes, address: &EmailAddress) -> Outcome<Mailbox> {
    match mailboxes.by_address(&operator(), address).await {
        Err(error) if error.code() == Code::NoSuchThing => Err(Failure::missing(
            "No user has this address.",
            "`bailiwick mailbox list` names all; it may be an alias.",
        )),
        found => Ok(found?),
    }
}

async fn become_so(mailboxes: &Mailboxes, id: MailboxId, said: &str, answer: Answer) -> Outcome {
    answer.done(said, &shown(&mailboxes.get(&operator(), id).await?))
}

async fn list(mailboxes: &Mailboxes, filter: &ListFilter, answer: Answer) -> Outcome {
    let mut list = answer.list(COLUMNS);
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = mailboxes.page(&operator(), filter, &request).await?;
        next = print::following(&page);
        list.page(page.rows.iter().map(|listed| shape(&listed.mailbox, listed.last_sign_in, listed.usage)))?;
    }
    list.end()
}

fn shape(mailbox: &Mailbox, last_sign_in: Option<Timestamp>, usage: Option<Usage>) -> Shape {
    Shape::default()
        .text("id", mailbox.id)
        .text("address", &mailbox.address)
        .text("name", &mailbox.name)
        .text("tenant_id", mailbox.tenant_id)
        .text("domain_id", mailbox.domain_id)
        .text("status", mailbox.status.key())
        .text("type", mailbox.kind)
        .text("type_name", &mailbox.type_name)
        .with("quota_bytes", mailbox.quota.as_bytes())
        .with("used_bytes", usage.map(|usage| usage.stored.as_bytes()))
        .with("messages", usage.map(|usage| usage.messages))
        .maybe("last_sign_in", last_sign_in)
        .text("created_at", mailbox.created_at)
}

fn shown(shown: &Shown) -> Shape {
    shape(&shown.mailbox, shown.last_sign_in, shown.usage)
        .maybe("recovery_address", shown.recovery.as_ref())
        .with("invited", shown.invited)
        .with("one_time_password", shown.one_time)
}

async fn add(open: &Installation, mailboxes: &Mailboxes, new: cli::AddMailbox, answer: Answer) -> Outcome {
    let cli::AddMailbox { address, name, quota, kind, invite, one_time, recovery, .. } = new;
    let local = LocalPart::for_new_address(address.local.as_str())
        .map_err(|_: LocalPartError| Error::from(Code::LocalPartInvalid))?;
    let password = match invite {
        Some(to) => FirstPassword::Invitation(to),
        None => FirstPassword::Given { password: from_stdin()?, one_time, recovery },
    };
    let domain = domain::holding(open, &address.domain).await?;
    let kind = user_type::named(open, kind.as_deref()).await?;
    let new = NewMailbox { local, name, quota, kind, password };
    let added = mailboxes.add(&operator(), domain, new).await?;
    become_so(mailboxes, added.id, &format!("{} is added.", added.address), answer).await
}

async fn update(
    open: &Installation,
    mailboxes: &Mailboxes,
    changes: cli::UpdateMailbox,
    answer: Answer,
) -> Outcome {
    let cli::UpdateMailbox { address, name, quota, kind } = changes;
    let found = find(mailboxes, &address).await?;
    let kind = user_type::named(open, kind.as_deref()).await?;
    let changes = Changes { name, kind, quota, ..Changes::default() };
    mailboxes.update(&operator(), found.id, &changes).await?;
    become_so(mailboxes, found.id, &format!("{address} is changed."), answer).await
}

/// The first line of standard input.
fn from_stdin() -> Outcome<Password> {
    let mut text = String::new();
    let bound = u64::try_from(limits::PASSWORD_MAX).unwrap_or(u64::MAX) + 3;
    let read = std::io::stdin().lock().take(bound).read_to_string(&mut text);
    let line = text.lines().next().unwrap_or_default();
    if read.is_err() || line.is_empty() {
        return Err(Failure::usage("Standard input holds no password."));
    }
    let too_long = || Error::new(Code::PasswordTooLong).with("max", limits::PASSWORD_MAX);
    Ok(line.parse().map_err(|_| too_long())?)
}
