//! Every question of the mail servers comes in here, and each answer is counted, with the time it took. A question that is
//! given up for taking too long is counted too.

use bailiwick_mail::dict;
use bailiwick_mail::lua_auth::{PassdbAnswer, PassdbRequest, UserdbAnswer, UserdbRequest};
use bailiwick_mail::policy::{PolicyAction, PolicyRequest};
use bailiwick_mail::sasl;
use bailiwick_mail::socketmap::{Reply, SocketmapRequest};

use super::service::{Forward, MailPolicy, SaslVerdict};

impl MailPolicy {
    /// A Postfix map look-up.
    pub async fn socketmap(&self, request: &SocketmapRequest) -> Reply {
        let asked = self.core.metrics().asked("socketmap");
        asked.answered(self.answer_socketmap(request).await)
    }

    /// Postfix's question at each recipient.
    pub async fn policy(&self, request: &PolicyRequest) -> PolicyAction {
        let asked = self.core.metrics().asked("policy");
        asked.answered(self.answer_policy(request).await)
    }

    /// A sign-in for submission, through the smtpd process `smtpd_pid`.
    pub async fn sasl(&self, attempt: &sasl::Attempt, smtpd_pid: Option<u32>) -> SaslVerdict {
        let asked = self.core.metrics().asked("sasl");
        asked.answered(self.answer_sasl(attempt, smtpd_pid).await)
    }

    /// A sign-in over IMAP, POP3 or ManageSieve.
    pub async fn passdb(&self, request: &PassdbRequest) -> PassdbAnswer {
        let asked = self.core.metrics().asked("passdb");
        asked.answered(self.answer_passdb(request).await)
    }

    /// Where a user's mail lies, for deliveries and management.
    pub async fn userdb(&self, request: &UserdbRequest) -> UserdbAnswer {
        let asked = self.core.metrics().asked("userdb");
        asked.answered(self.answer_userdb(request).await)
    }

    /// What Dovecot says of how much a user stores.
    pub async fn usage(&self, update: &dict::Update) -> dict::Answer {
        let asked = self.core.metrics().asked("usage");
        asked.answered(self.answer_usage(update).await)
    }

    /// Where a message that an alias sends outside goes on to, and on whose behalf.
    pub async fn forward(&self, sender: Option<&str>, recipient: &str) -> Forward {
        let asked = self.core.metrics().asked("forward");
        asked.answered(self.answer_forward(sender, recipient).await)
    }
}
