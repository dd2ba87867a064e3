//! A mail in plain words, and how it waits in the outbox: sealed, because it may carry a link (K33).

use std::fmt::Write;

use bailiwick_base::db::{NewJob, WriteTx};
use bailiwick_base::words::EmailAddress;
use bailiwick_base::{Error, t};
use serde::{Deserialize, Serialize};

/// The outbox kind of a mail.
pub(crate) const KIND: &str = "send_mail";

/// What the outbox seals mails for.
pub(super) const SEALED_FOR: &str = "outbox mail";

/// A mail to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// To whom.
    pub to: EmailAddress,
    /// Its subject.
    pub subject: String,
    /// Its text, a sentence or two each.
    pub paragraphs: Vec<String>,
    /// A link: what it does, and where it leads.
    pub link: Option<(String, String)>,
}

/// A letter as it waits.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) link: Option<(String, String)>,
}

/// Leaves a letter for the worker. `key` makes it one letter however often the operation is repeated.
pub(crate) async fn enqueue(tx: &mut WriteTx, key: String, letter: &Letter) -> Result<(), Error> {
    let waiting = Waiting {
        to: letter.to.to_string(),
        subject: letter.subject.clone(),
        paragraphs: letter.paragraphs.clone(),
        link: letter.link.clone(),
    };
    let plain = serde_json::to_vec(&waiting).map_err(Error::internal)?;
    let sealed = tx.ground().keys.seal(SEALED_FOR, &plain, tx.random());
    tx.enqueue(NewJob::sealed(KIND, key, sealed)).await
}

impl Waiting {
    /// The text part: paragraphs, the link on a line of its own, who we are.
    pub(super) fn text(&self) -> String {
        let mut text = self.paragraphs.join("\n\n");
        if let Some((label, link)) = &self.link {
            let _ = write!(text, "\n\n{label}:\n{link}"); // writing to a String cannot fail
        }
        text.push_str("\n\n-- \n");
        text.push_str(&t!("mail-signature"));
        text.push('\n');
        text
    }

    /// The HTML part, without anything fetched from elsewhere.
    pub(super) fn html(&self) -> String {
        let page = maud::html! {
            (maud::DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; title { (self.subject) } }
                body style="font-family: system-ui, sans-serif; line-height: 1.5; color: #1f2937; max-width: 36em; margin: 2em auto; padding: 0 1em" {
                    h1 style="font-size: 1.25em" { (self.subject) }
                    @for paragraph in &self.paragraphs { p { (paragraph) } }
                    @if let Some((label, link)) = &self.link {
                        p { a href=(link) style="display: inline-block; padding: .6em 1.2em; border-radius: .4em; background: #066fd1; color: #ffffff; text-decoration: none" { (label) } }
                        p style="font-size: .875em; color: #4b5563; word-break: break-all" { (link) }
                    }
                    p style="font-size: .875em; color: #4b5563" { (t!("mail-signature")) }
                }
            }
        };
        page.into_string()
    }
}

/// The letters that wait in the outbox: to whom, subject, and the link they carry. For tests.
#[cfg(feature = "testkit")]
pub(crate) fn waiting_letters(
    keys: &bailiwick_base::words::Keyring,
    sealed: Vec<Vec<u8>>,
) -> Vec<(String, String, Option<String>)> {
    sealed
        .into_iter()
        .filter_map(|payload| serde_json::from_slice::<Waiting>(&keys.open(SEALED_FOR, &payload).ok()?).ok())
        .map(|letter| (letter.to, letter.subject, letter.link.map(|(_, link)| link)))
        .collect()
}
