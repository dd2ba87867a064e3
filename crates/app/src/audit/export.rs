//! The history as a file of comma-separated values (RFC 4180), sent while it is read: however long it is, only one
//! page of it lies in memory.

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bailiwick_base::authz::Caller;
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::limits;
use bailiwick_base::{Code, Error, t};
use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use tokio::sync::Semaphore;

use super::filter::HistoryFilter;
use super::service::Audit;
use super::store::{HistoryEntry, Told};
use crate::spreadsheet::line;

/// Exports that are read at once; a slow reader keeps a place until it has all or goes.
static EXPORTS: Semaphore = Semaphore::const_new(8);

/// Pages read ahead of a slow reader.
const AHEAD: usize = 2;

/// The file with what `filter` asks for. What cannot be read at all is refused before it begins; where it breaks off
/// later, so does the file.
pub(super) async fn answer(
    audit: Audit,
    caller: Caller,
    filter: HistoryFilter,
    for_staff: bool,
) -> Result<Response, Error> {
    let Ok(place) = EXPORTS.try_acquire() else { return Err(Code::Busy.into()) };
    let first = audit.page_of_export(&caller, &filter, &PageRequest::default()).await?;
    let (mut sender, body) = Channel::<Bytes, Error>::new(AHEAD);
    tokio::spawn(async move {
        let _place = place;
        let mut file = File { for_staff, text: String::new(), rows: 0 };
        file.begin();
        let sent = write(&mut file, &mut sender, &audit, &caller, &filter, first).await;
        if let Err(error) = sent {
            tracing::warn!(code = error.code().key(), inside = ?error.inside(), "an export of the history broke off");
            sender.abort(error);
        }
    });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"account-history.csv\""),
    ];
    Ok((headers, Body::new(body)).into_response())
}

type HistoryPage = bailiwick_base::db::Page<HistoryEntry>;

async fn write(
    file: &mut File,
    sender: &mut Sender<Bytes, Error>,
    audit: &Audit,
    caller: &Caller,
    filter: &HistoryFilter,
    mut page: HistoryPage,
) -> Result<(), Error> {
    loop {
        let complete = page.rows.iter().all(|entry| file.entry(entry));
        if !complete {
            file.cut();
        }
        let sent = tokio::time::timeout(limits::REQUEST, sender.send_data(file.take())).await;
        if !matches!(sent, Ok(Ok(()))) {
            return Ok(()); // whoever asked has gone, or reads nothing any more
        }
        let Some(next) = page.next.filter(|_| complete) else { return Ok(()) };
        let request = PageRequest { after: Some(next), ..PageRequest::default() };
        page = audit.page_of_export(caller, filter, &request).await?;
    }
}

/// The file as far as it is not sent yet.
struct File {
    for_staff: bool,
    text: String,
    rows: i64,
}

impl File {
    fn begin(&mut self) {
        let names = [
            "time",
            "entry",
            "who",
            "address",
            "tenant",
            "action",
            "what",
            "object_kind",
            "object_id",
            "object",
        ];
        let names = names.into_iter().chain(["changes", "reason", "sealed"]);
        line(&mut self.text, names.filter(|name| self.for_staff || *name != "tenant"));
    }

    /// Adds an entry; false when the file is full.
    fn entry(&mut self, entry: &HistoryEntry) -> bool {
        if self.rows == limits::EXPORT_ROWS {
            return false;
        }
        self.rows += 1;
        let who = entry.who(self.for_staff);
        let object = match &entry.told {
            Told::Detail(detail) => detail.object.as_str(),
            Told::Erased | Told::Unreadable => "",
        };
        let tenant = self.for_staff.then(|| entry.tenant_name.clone().unwrap_or_default());
        let fields = [entry.at.to_string(), entry.id.to_string(), who.name, who.address.unwrap_or_default()];
        let rest = [
            entry.action.clone(),
            entry.sentence(),
            entry.object_kind.clone(),
            entry.object_id.clone(),
            object.to_owned(),
            entry.changes().join("\n"),
            entry.reason().unwrap_or_default(),
            if entry.sealed { "yes" } else { "no" }.to_owned(),
        ];
        line(&mut self.text, fields.into_iter().chain(tenant).chain(rest));
        true
    }

    /// Says that there is more.
    fn cut(&mut self) {
        line(&mut self.text, [t!("history-export-cut", n = limits::EXPORT_ROWS)]);
    }

    fn take(&mut self) -> Bytes {
        Bytes::from(std::mem::take(&mut self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_full_says_that_there_is_more() {
        let entry = crate::audit::words::tests::entry("tenant.update", "admin", None);
        let mut file = File { for_staff: true, text: String::new(), rows: limits::EXPORT_ROWS - 1 };
        assert!(file.entry(&entry));
        assert!(!file.entry(&entry));
        file.cut();
        let sent = file.take();
        let text = String::from_utf8(sent.to_vec()).expect("text");
        assert_eq!(text.lines().count(), 2);
        assert!(text.ends_with("Choose fewer days for the rest.\"\r\n"), "{text}");
        assert!(file.take().is_empty(), "nothing is sent twice");
    }
}
