//! Letters that warn of strangers. Each leads to the page on which one can do something about it.

use bailiwick_base::authz::Realm;
use bailiwick_base::t;
use bailiwick_base::words::{ClientAddress, EmailAddress, TimeZoneName, Timestamp};

use super::device::Device;
use crate::emails::Letter;
use crate::settings::{Origins, Portal};

/// The login a letter is about, and where its person looks after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) origins: &'a Origins,
    pub(super) realm: Realm,
    pub(super) name: &'a str,
}

impl About<'_> {
    fn host(&self) -> &str {
        self.origins.of(Portal::of(self.realm))
    }

    fn letter(&self, to: &EmailAddress, subject: String, paragraphs: Vec<String>) -> Letter {
        let link = format!("{}/security", self.host());
        Letter {
            to: to.clone(),
            subject,
            paragraphs,
            link: Some((t!("mail-security-link").into_owned(), link)),
        }
    }

    /// Somebody signed in from a network the login was not seen in lately.
    pub(super) fn new_network(
        &self,
        to: &EmailAddress,
        at: Timestamp,
        from: ClientAddress,
        device: Device,
    ) -> Letter {
        let (when, from) = (at.with_zone(&TimeZoneName::utc()), from.to_string());
        let text = t!(
            "mail-new-network-text",
            name = self.name,
            host = self.host(),
            when = when,
            address = from,
            device = device.in_words()
        );
        let paragraphs = vec![text.into_owned(), t!("mail-new-network-what-to-do").into_owned()];
        self.letter(to, t!("mail-new-network-subject", name = self.name).into_owned(), paragraphs)
    }
}

/// To the former address: somebody asked for another one.
pub(super) fn recovery_asked(about: &About<'_>, to: &EmailAddress, new: &EmailAddress) -> Letter {
    let text =
        t!("mail-recovery-asked-text", name = about.name, host = about.host(), address = new.to_string());
    let paragraphs = vec![text.into_owned(), t!("mail-recovery-asked-what-to-do").into_owned()];
    about.letter(to, t!("mail-recovery-asked-subject", name = about.name).into_owned(), paragraphs)
}

/// To the former address: recovery links go elsewhere from now on.
pub(super) fn recovery_changed(about: &About<'_>, to: &EmailAddress, new: &EmailAddress) -> Letter {
    let text =
        t!("mail-recovery-changed-text", name = about.name, host = about.host(), address = new.to_string());
    let paragraphs = vec![text.into_owned(), t!("mail-recovery-changed-what-to-do").into_owned()];
    about.letter(to, t!("mail-recovery-changed-subject", name = about.name).into_owned(), paragraphs)
}
