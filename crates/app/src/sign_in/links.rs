//! One-time links (K10): 256 bits, stored hashed, for one purpose and one login, killed by any newer one.

use std::time::Duration;

use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{EmailAddress, LoginId, Token, limits};
use bailiwick_base::{Error, t};

use super::store;
use crate::emails::Letter;
use crate::settings::{Origins, Portal};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Creates the first staff login.
    SetUp,
    /// Sets the first password of a new login.
    Invitation,
    /// Sets a new password.
    Reset,
    /// Confirms that a new recovery address reaches whoever asked for it.
    RecoveryAddress,
}

impl Purpose {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Purpose::SetUp => "set_up",
            Purpose::Invitation => "invitation",
            Purpose::Reset => "reset",
            Purpose::RecoveryAddress => "recovery_address",
        }
    }

    /// Purposes of which a login has one link at most: a new one kills the older.
    pub(super) const fn rivals(self) -> &'static [&'static str] {
        match self {
            Purpose::SetUp => &["set_up"],
            Purpose::Invitation | Purpose::Reset => &["invitation", "reset"],
            Purpose::RecoveryAddress => &["recovery_address"],
        }
    }

    pub(super) const fn lifetime(self) -> Duration {
        match self {
            Purpose::SetUp => limits::SETUP_LINK,
            Purpose::Invitation => limits::INVITATION,
            Purpose::Reset => limits::RESET_LINK,
            Purpose::RecoveryAddress => limits::CONFIRMATION_LINK,
        }
    }
}

/// Makes a link for a login; older ones of it for the same end are dead from then on.
pub(crate) async fn issue(
    tx: &mut WriteTx,
    purpose: Purpose,
    login: Option<LoginId>,
    sent_to: &str,
) -> Result<Token, Error> {
    let token = tx.new_secret();
    store::kill_rivals(tx, purpose, login).await?;
    store::insert_link(tx, purpose, login, sent_to, token.hash()).await?;
    Ok(token)
}

/// The letter that carries a link.
pub(crate) fn letter_of(
    origins: &Origins,
    portal: Portal,
    purpose: Purpose,
    to: EmailAddress,
    name: &str,
    token: &Token,
) -> Letter {
    let path = if purpose == Purpose::RecoveryAddress { "security/confirm-address" } else { "link" };
    let link = format!("{}/{path}/{}", origins.of(portal), token.reveal());
    let host = origins.of(portal).to_owned();
    match purpose {
        Purpose::Invitation | Purpose::SetUp => Letter {
            to,
            subject: t!("mail-invitation-subject", name = name).into_owned(),
            paragraphs: vec![
                t!("mail-invitation-text", name = name, host = host.as_str()).into_owned(),
                t!("mail-invitation-expiry", days = 7_i64).into_owned(),
            ],
            link: Some((t!("mail-choose-password").into_owned(), link)),
        },
        Purpose::Reset => Letter {
            to,
            subject: t!("mail-reset-subject", name = name).into_owned(),
            paragraphs: vec![
                t!("mail-reset-text", name = name, host = host.as_str()).into_owned(),
                t!("mail-reset-expiry", minutes = 30_i64).into_owned(),
            ],
            link: Some((t!("mail-choose-password").into_owned(), link)),
        },
        Purpose::RecoveryAddress => Letter {
            to,
            subject: t!("mail-confirm-address-subject", name = name).into_owned(),
            paragraphs: vec![
                t!("mail-confirm-address-text", name = name, host = host.as_str()).into_owned(),
                t!("mail-confirm-address-how").into_owned(),
            ],
            link: Some((t!("mail-confirm-address-link").into_owned(), link)),
        },
    }
}
