//! Sends and reads mail line by line, as other servers and odd clients do.

use std::time::{Duration, Instant};

use base64::Engine;

use crate::customer::{MAIL, User};
use crate::installation::Installation;
use crate::lines::Lines;

impl Installation {
    /// A connection of another mail server, greeted.
    pub async fn mx(&self) -> Lines {
        let mut smtp = self.plain(self.ports.smtp).await;
        let greeting = smtp.smtp_answer().await;
        assert!(greeting.starts_with("220 "), "{greeting}");
        assert!(smtp.smtp("EHLO elsewhere.test").await.starts_with("250 "));
        smtp
    }

    /// What the mail servers say to a recipient from outside.
    pub async fn rcpt_from_outside(&self, from: &str, to: &str) -> String {
        let mut smtp = self.mx().await;
        assert!(smtp.smtp(&format!("MAIL FROM:<{from}>")).await.starts_with("250 "));
        smtp.smtp(&format!("RCPT TO:<{to}>")).await
    }

    /// A mail from another server, which must be taken.
    pub async fn from_outside(&self, from: &str, to: &str, subject: &str) {
        let mut smtp = self.mx().await;
        assert!(smtp.smtp(&format!("MAIL FROM:<{from}>")).await.starts_with("250 "));
        let answer = smtp.smtp(&format!("RCPT TO:<{to}>")).await;
        assert!(answer.starts_with("250 "), "{to}: {answer}");
        let text =
            format!("From: Out Sider <{from}>\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nHello from outside.");
        finish(&mut smtp, &text).await;
    }

    /// A connection to submission with STARTTLS, not signed in.
    pub async fn submission(&self) -> Lines {
        let mut smtp = self.plain(self.ports.submission).await;
        assert!(smtp.smtp_answer().await.starts_with("220 "));
        smtp.smtp("EHLO laptop.test").await;
        let answer = smtp.smtp("STARTTLS").await;
        assert!(answer.starts_with("220 "), "{answer}");
        let mut smtp = smtp.secured(self.trust()).await;
        assert!(smtp.smtp("EHLO laptop.test").await.starts_with("250 "));
        smtp
    }

    /// What submission says to a sign-in; empty if it hangs up before.
    pub async fn smtp_sign_in(&self, user: &User) -> String {
        let mut smtp = self.plain(self.ports.submission).await;
        let greeting = smtp.smtp_answer().await;
        if !greeting.starts_with("220 ") {
            return greeting;
        }
        smtp.smtp("EHLO laptop.test").await;
        let ready = smtp.smtp("STARTTLS").await;
        if !ready.starts_with("220 ") {
            return ready;
        }
        let mut smtp = smtp.secured(self.trust()).await;
        let hello = smtp.smtp("EHLO laptop.test").await;
        if hello.starts_with("250 ") { self.auth(&mut smtp, user).await } else { hello }
    }

    /// `AUTH PLAIN` on an open connection.
    pub async fn auth(&self, smtp: &mut Lines, user: &User) -> String {
        let response = self.secrets.add_plain(&user.address, &user.password);
        smtp.smtp(&format!("AUTH PLAIN {response}")).await
    }

    /// A submission signed in.
    pub async fn signed_in_submission(&self, user: &User) -> Lines {
        let mut smtp = self.submission().await;
        let answer = self.auth(&mut smtp, user).await;
        assert!(answer.starts_with("235 "), "{answer}");
        smtp
    }

    /// What submission says to a recipient.
    pub async fn rcpt_of_user(&self, user: &User, from: &str, to: &str) -> String {
        let mut smtp = self.signed_in_submission(user).await;
        let answer = smtp.smtp(&format!("MAIL FROM:<{from}>")).await;
        if answer.starts_with("250 ") { smtp.smtp(&format!("RCPT TO:<{to}>")).await } else { answer }
    }

    /// A connection to IMAP with TLS, not signed in.
    pub async fn imaps(&self) -> Lines {
        let mut imap = self.tls(self.ports.imaps).await;
        let greeting = imap.line().await;
        assert!(greeting.starts_with("* OK"), "{greeting}");
        imap
    }

    /// What IMAP says to a sign-in.
    pub async fn imap_sign_in(&self, user: &User) -> (Lines, String) {
        self.secrets.add(&user.password);
        let mut imap = self.imaps().await;
        let answer = imap.imap(&format!("LOGIN {} \"{}\"", user.address, user.password)).await;
        (imap, answer)
    }

    /// IMAP signed in, the inbox selected.
    pub async fn imap(&self, user: &User) -> Lines {
        let (mut imap, answer) = self.imap_sign_in(user).await;
        assert!(answer.contains("x OK"), "{answer}");
        let answer = imap.imap("SELECT INBOX").await;
        assert!(answer.contains("x OK"), "{answer}");
        imap
    }

    /// IMAP signed in and idling.
    pub async fn idling(&self, user: &User) -> Lines {
        let mut imap = self.imap(user).await;
        imap.send("i IDLE").await;
        assert!(imap.line().await.starts_with('+'));
        imap
    }

    /// What POP3 says to a sign-in.
    pub async fn pop3_sign_in(&self, user: &User) -> (Lines, String) {
        self.secrets.add(&user.password);
        let mut pop3 = self.tls(self.ports.pop3s).await;
        let greeting = pop3.line().await;
        assert!(greeting.starts_with("+OK"), "{greeting}");
        let answer = pop3.pop3(&format!("USER {}", user.address)).await;
        assert!(answer.starts_with("+OK"), "{answer}");
        let answer = pop3.pop3(&format!("PASS {}", user.password)).await;
        (pop3, answer)
    }

    /// POP3 signed in.
    pub async fn pop3(&self, user: &User) -> Lines {
        let (pop3, answer) = self.pop3_sign_in(user).await;
        assert!(answer.starts_with("+OK"), "{answer}");
        pop3
    }

    /// Waits for a mail with this subject and reads it whole. A session that is ended meanwhile is opened anew, as mail
    /// programs do: a user who was let in again a moment ago may still be disconnected once.
    pub async fn read(&self, user: &User, subject: &str) -> String {
        let mut imap = self.imap(user).await;
        let start = Instant::now();
        loop {
            let found = imap.imap(&format!("SEARCH SUBJECT \"{subject}\"")).await;
            let number = found.lines().find_map(|line| line.strip_prefix("* SEARCH ")?.split(' ').next());
            if let Some(number) = number {
                return imap.imap(&format!("FETCH {number} BODY.PEEK[]")).await;
            }
            if start.elapsed() > MAIL {
                let tried =
                    self.telemetry("SELECT recipient, status, text FROM mail_deliveries ORDER BY id").await;
                panic!("no mail “{subject}” for {}; deliveries: {tried:#?}", user.address);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            if found.is_empty() || imap.imap("NOOP").await.is_empty() {
                eprintln!("{}: the session was ended; opening it anew", user.address);
                imap = self.imap(user).await;
            }
        }
    }

    /// How many mails lie in the inbox.
    pub async fn inbox_size(&self, user: &User) -> usize {
        let (mut imap, answer) = self.imap_sign_in(user).await;
        assert!(answer.contains("x OK"), "{answer}");
        let answer = imap.imap("SELECT INBOX").await;
        let count = answer.lines().find_map(|line| line.strip_prefix("* ")?.strip_suffix(" EXISTS"));
        count.and_then(|count| count.parse().ok()).expect("a count")
    }
}

/// Sends the text of a mail whose envelope is complete.
pub async fn finish(smtp: &mut Lines, text: &str) {
    let answer = smtp.smtp("DATA").await;
    assert!(answer.starts_with("354 "), "{answer}");
    let answer = smtp.smtp(&format!("{text}\r\n.")).await;
    assert!(answer.starts_with("250 "), "{answer}");
}

/// Bytes as mail protocols carry them in text.
pub fn base64(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}
