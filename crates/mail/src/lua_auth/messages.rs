//! Requests of the script and answers to it.

use super::wire::{Fields, line};
use crate::{WireError, sasl::Password, text};
use std::net::IpAddr;

/// Longest reason shown to a client.
const MAX_REASON: usize = 200;

/// A sign-in by IMAP, POP3 or ManageSieve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassdbRequest {
    /// The user name as Dovecot normalised it; not yet known to be an address.
    pub user: String,
    /// As typed.
    pub password: Password,
    /// `imap`, `pop3`, `sieve`; whatever else asks is named here too.
    pub service: String,
    /// The client's address; absent for questions from within.
    pub remote_ip: Option<IpAddr>,
    /// The address the client connected to.
    pub local_ip: Option<IpAddr>,
    /// Dovecot's session id, which its log lines repeat.
    pub session: String,
    /// The client's connection is under TLS, or comes from a trusted network.
    pub secured: bool,
}

impl PassdbRequest {
    /// Reads a body.
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        let mut fields = Fields::parse(body)?;
        let password = Password::new(fields.octets("password")?);
        let request = Self {
            user: fields.text("user")?,
            password: password.ok_or(WireError::Malformed("password"))?,
            service: fields.text("service")?,
            remote_ip: address(&fields.text("remote_ip")?)?,
            local_ip: address(&fields.text("local_ip")?)?,
            session: fields.text("session")?,
            secured: match fields.text("secured")?.as_str() {
                "1" => true,
                "0" => false,
                _ => return Err(WireError::Malformed("value: secured")),
            },
        };
        fields.end()?;
        Ok(request)
    }

    /// The body, as the script writes it.
    pub fn encode(&self) -> String {
        let ip = |ip: Option<IpAddr>| ip.map(|ip| ip.to_string()).unwrap_or_default();
        let mut out = String::new();
        line(&mut out, "user", self.user.as_bytes());
        line(&mut out, "password", self.password.as_bytes());
        line(&mut out, "service", self.service.as_bytes());
        line(&mut out, "remote_ip", ip(self.remote_ip).as_bytes());
        line(&mut out, "local_ip", ip(self.local_ip).as_bytes());
        line(&mut out, "session", self.session.as_bytes());
        line(&mut out, "secured", if self.secured { b"1" } else { b"0" });
        out
    }
}

fn address(text: &str) -> Result<Option<IpAddr>, WireError> {
    if text.is_empty() {
        return Ok(None);
    }
    let ip: IpAddr = text.parse().map_err(|_| WireError::Malformed("value: an address"))?;
    Ok(Some(ip.to_canonical()))
}

/// Where a user's mail lies and how much there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The login in its one form.
    pub user: String,
    /// System user of the mail processes; the script refuses 0.
    pub uid: u32,
    /// System group; the script refuses 0.
    pub gid: u32,
    /// Home directory, absolute.
    pub home: String,
    /// Octets of mail; `None` is without limit. 0 is sent as 1, since 0 means without limit to Dovecot.
    pub quota_bytes: Option<u64>,
}

impl Account {
    fn encode(&self, out: &mut String) {
        line(out, "user", self.user.as_bytes());
        line(out, "uid", self.uid.to_string().as_bytes());
        line(out, "gid", self.gid.to_string().as_bytes());
        line(out, "home", self.home.as_bytes());
        if let Some(bytes) = self.quota_bytes {
            line(out, "quota_bytes", bytes.max(1).to_string().as_bytes());
        }
    }

    fn decode(fields: &mut Fields<'_>) -> Result<Self, WireError> {
        Ok(Self {
            user: fields.text("user")?,
            uid: fields.number("uid")?,
            gid: fields.number("gid")?,
            home: fields.text("home")?,
            quota_bytes: fields.optional_number("quota_bytes")?,
        })
    }
}

/// What was decided about a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassdbAnswer {
    /// Come in.
    Ok(Account),
    /// The password is wrong.
    Mismatch,
    /// There is no such user. The client cannot tell it from [`PassdbAnswer::Mismatch`].
    UnknownUser,
    /// The password is right and the sign-in is not allowed now; the client is told why.
    Denied {
        /// One line for the person, for example "Login is not allowed at this hour".
        reason: String,
    },
    /// Our own fault; neither yes nor no.
    Temporary,
}

impl PassdbAnswer {
    /// The body of the answer.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        match self {
            Self::Ok(account) => {
                line(&mut out, "result", b"ok");
                account.encode(&mut out);
            }
            Self::Mismatch => line(&mut out, "result", b"mismatch"),
            Self::UnknownUser => line(&mut out, "result", b"unknown_user"),
            Self::Denied { reason } => {
                line(&mut out, "result", b"denied");
                line(&mut out, "reason", text::ascii_line(reason, MAX_REASON).as_bytes());
            }
            Self::Temporary => line(&mut out, "result", b"temporary"),
        }
        line(&mut out, "end", b"1");
        out
    }

    /// Reads a body, as the script does.
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        let mut fields = Fields::parse(body)?;
        ended(&mut fields)?;
        let answer = match fields.text("result")?.as_str() {
            "ok" => Self::Ok(Account::decode(&mut fields)?),
            "mismatch" => Self::Mismatch,
            "unknown_user" => Self::UnknownUser,
            "denied" => Self::Denied { reason: fields.text("reason")? },
            "temporary" => Self::Temporary,
            _ => return Err(WireError::Malformed("value: result")),
        };
        fields.end()?;
        Ok(answer)
    }
}

/// Asks where a user's mail lies: LMTP, doveadm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserdbRequest {
    /// The user name, without its plus detail.
    pub user: String,
}

impl UserdbRequest {
    /// Reads a body.
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        let mut fields = Fields::parse(body)?;
        let request = Self { user: fields.text("user")? };
        fields.end()?;
        Ok(request)
    }

    /// The body, as the script writes it.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        line(&mut out, "user", self.user.as_bytes());
        out
    }
}

/// What is known about a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserdbAnswer {
    /// The account.
    Ok(Account),
    /// There is no such user: LMTP answers 550, and the mail bounces.
    UnknownUser,
    /// Our own fault: LMTP answers 451.
    Temporary,
}

impl UserdbAnswer {
    /// The body of the answer.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        match self {
            Self::Ok(account) => {
                line(&mut out, "result", b"ok");
                account.encode(&mut out);
            }
            Self::UnknownUser => line(&mut out, "result", b"unknown_user"),
            Self::Temporary => line(&mut out, "result", b"temporary"),
        }
        line(&mut out, "end", b"1");
        out
    }

    /// Reads a body, as the script does.
    pub fn decode(body: &[u8]) -> Result<Self, WireError> {
        let mut fields = Fields::parse(body)?;
        ended(&mut fields)?;
        let answer = match fields.text("result")?.as_str() {
            "ok" => Self::Ok(Account::decode(&mut fields)?),
            "unknown_user" => Self::UnknownUser,
            "temporary" => Self::Temporary,
            _ => return Err(WireError::Malformed("value: result")),
        };
        fields.end()?;
        Ok(answer)
    }
}

fn ended(fields: &mut Fields<'_>) -> Result<(), WireError> {
    if fields.text("end")? == "1" { Ok(()) } else { Err(WireError::Malformed("value: end")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: &str = "user=alice%2Bx@a.test\npassword=p%25%0A%C3%A9\nservice=imap\nremote_ip=203.0.113.9\n\
        local_ip=::1\nsession=abc/D%2B\nsecured=1\n";

    fn account(quota_bytes: Option<u64>) -> Account {
        Account { user: "a@a.test".into(), uid: 5000, gid: 5000, home: "/mail/0/17".into(), quota_bytes }
    }

    #[test]
    fn a_sign_in_is_read() {
        let request = PassdbRequest::decode(BODY.as_bytes()).unwrap();
        assert_eq!((request.user.as_str(), request.service.as_str()), ("alice+x@a.test", "imap"));
        assert_eq!(request.password.as_bytes(), "p%\né".as_bytes());
        assert_eq!(request.remote_ip, Some("203.0.113.9".parse().unwrap()));
        assert_eq!((request.session.as_str(), request.secured), ("abc/D+", true));
        assert!(!format!("{request:?}").contains("p%"));
    }

    #[test]
    fn missing_doubled_unknown_and_broken_fields_are_refused() {
        for (from, to) in [
            ("service=imap\n", ""),
            ("service=imap\n", "service=imap\nservice=imap\n"),
            ("service=imap\n", "service=imap\nadmin=1\n"),
            ("secured=1", "secured=yes"),
            ("secured=1\n", "secured=1"),
            ("remote_ip=203.0.113.9", "remote_ip=here"),
            ("alice%2Bx", "alice%2"),
            ("alice%2Bx", "alice%zz"),
            ("alice%2Bx", "alice%0A"),
            ("alice%2Bx", "alice x"),
            ("p%25%0A%C3%A9", ""),
            ("p%25%0A%C3%A9", "p%00"),
            ("service=imap", "service"),
        ] {
            assert!(PassdbRequest::decode(BODY.replace(from, to).as_bytes()).is_err(), "{to}");
        }
        assert!(PassdbRequest::decode(b"").is_err());
        assert!(PassdbRequest::decode(&[b'a'; MAX_BODY_AND_ONE]).is_err());
    }
    const MAX_BODY_AND_ONE: usize = crate::lua_auth::MAX_BODY + 1;

    #[test]
    fn answers_have_the_form_the_script_reads() {
        assert_eq!(
            PassdbAnswer::Ok(account(Some(1000))).encode(),
            "result=ok\nuser=a@a.test\nuid=5000\ngid=5000\nhome=/mail/0/17\nquota_bytes=1000\nend=1\n"
        );
        assert_eq!(
            PassdbAnswer::Denied { reason: "Not now.\r\nOK é".into() }.encode(),
            "result=denied\nreason=Not%20now.%3F%3FOK%20%3F\nend=1\n"
        );
        assert_eq!(UserdbAnswer::UnknownUser.encode(), "result=unknown_user\nend=1\n");
    }

    #[test]
    fn a_quota_of_nothing_is_not_a_quota_without_limit() {
        assert!(UserdbAnswer::Ok(account(Some(0))).encode().contains("\nquota_bytes=1\n"));
        assert!(!UserdbAnswer::Ok(account(None)).encode().contains("quota"));
    }

    #[test]
    fn an_answer_that_broke_off_is_none() {
        let body = PassdbAnswer::Ok(account(Some(7))).encode();
        for end in 0..body.len() {
            assert!(PassdbAnswer::decode(&body.as_bytes()[..end]).is_err(), "{end}");
        }
    }

    proptest! {
        #[test]
        fn every_request_comes_back(user in "[^\\p{Cc}\u{2028}\u{2029}]{0,40}", password in proptest::collection::vec(1_u8.., 1..60),
                                    ip in any::<Option<std::net::Ipv4Addr>>(), secured in any::<bool>()) {
            let request = PassdbRequest {
                user: user.clone(), password: Password::new(password).unwrap(), service: "pop3".into(),
                remote_ip: ip.map(IpAddr::V4), local_ip: None, session: String::new(), secured,
            };
            prop_assert_eq!(PassdbRequest::decode(request.encode().as_bytes()), Ok(request));
            let request = UserdbRequest { user };
            prop_assert_eq!(UserdbRequest::decode(request.encode().as_bytes()), Ok(request));
        }

        #[test]
        fn every_answer_comes_back(uid in any::<u32>(), quota in proptest::option::of(1_u64..), reason in "[ -~]{0,80}", kind in 0..5) {
            let account = Account { uid, ..account(quota) };
            let answer = match kind {
                0 => PassdbAnswer::Ok(account.clone()),
                1 => PassdbAnswer::Mismatch,
                2 => PassdbAnswer::UnknownUser,
                3 => PassdbAnswer::Temporary,
                _ => PassdbAnswer::Denied { reason },
            };
            prop_assert_eq!(PassdbAnswer::decode(answer.encode().as_bytes()), Ok(answer));
            let answer = UserdbAnswer::Ok(account);
            prop_assert_eq!(UserdbAnswer::decode(answer.encode().as_bytes()), Ok(answer));
        }

        #[test]
        fn foreign_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = PassdbRequest::decode(&body);
            let _ = PassdbAnswer::decode(&body);
            let _ = UserdbRequest::decode(&body);
            let _ = UserdbAnswer::decode(&body);
        }
    }
}
