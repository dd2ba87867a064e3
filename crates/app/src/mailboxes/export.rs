//! The users of a list as a file, with the columns by which users are imported.

use axum::extract::State;
use axum::response::Response;
use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Permission, Target};
use bailiwick_base::db::PageRequest;

use super::form::ListQuery;
use super::service::{ListFilter, Mailboxes};
use super::store::{self, Mailbox};
use crate::domains::Domains;
use crate::imports::Kind;
use crate::shell::{Calling, Query, Refusal};
use crate::spreadsheet::{self, Pages};

/// Users read at once.
const ROWS: i64 = 200;

/// `GET /mailboxes.csv`: those that the list shows, passwords left out; what is not for the reader's eyes is empty.
pub(super) async fn file(
    State(mailboxes): State<Mailboxes>,
    State(domains): State<Domains>,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Result<Response, Refusal> {
    let domain = domains.filtered(&caller, Permission::MailboxView, &query.domain).await?;
    let among =
        if query.is_about_nearly_full()? { Some(mailboxes.nearly_full(&caller).await?) } else { None };
    let filter = query.filter(domain, among)?;
    let pages = Users { mailboxes, caller, filter, next: Some(PageRequest::default()) };
    Ok(spreadsheet::file("users.csv", &Kind::Users.names(), pages).await?)
}

struct Users {
    mailboxes: Mailboxes,
    caller: Caller,
    filter: ListFilter,
    next: Option<PageRequest>,
}

impl Pages for Users {
    async fn next(&mut self) -> Result<Option<Vec<Vec<String>>>, Error> {
        let Some(mut request) = self.next.take() else { return Ok(None) };
        request.rows = Some(ROWS);
        let (lines, next) = self.mailboxes.lines(&self.caller, &self.filter, &request).await?;
        self.next = next;
        Ok(Some(lines))
    }
}

impl Mailboxes {
    /// Some lines of the file in the columns of [`Kind::Users`], and where the next ones begin.
    pub async fn lines(
        &self,
        caller: &Caller,
        filter: &ListFilter,
        request: &PageRequest,
    ) -> Result<(Vec<Vec<String>>, Option<PageRequest>), Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let page = store::page(&mut tx, &visible, filter, request).await?;
        let (actor, now) = (tx.actor().clone(), bailiwick_base::db::Query::now(&tx));
        // Where recovery links go is for whoever may change it: it equals reading the mail (K4).
        let seen = |mailbox: &&Mailbox| actor.may(Permission::MailboxAccess, mailbox.place(), now);
        let ids: Vec<_> = page.rows.iter().filter(seen).map(|mailbox| mailbox.id).collect();
        let mut recovery = store::recovery_addresses(&mut tx, &ids).await?;
        let line = |mailbox: &Mailbox| {
            vec![
                mailbox.address.clone(),
                mailbox.name.clone(),
                mailbox.quota.in_gb(),
                mailbox.type_name.clone(),
                recovery.remove(&mailbox.id).unwrap_or_default(),
                String::new(),
                String::new(),
                mailbox.status.key().to_owned(),
            ]
        };
        let lines = page.rows.iter().map(line).collect();
        let next = page.next.map(|next| PageRequest { after: Some(next), ..PageRequest::default() });
        Ok((lines, next))
    }
}
