//! The attributes of one request, with their types.

use crate::WireError;
use std::{collections::BTreeMap, net::IpAddr};

/// What Postfix asks about: one recipient, one message, one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRequest(BTreeMap<String, String>);

/// The SMTP command at which Postfix asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolState {
    /// A client connected.
    Connect,
    /// HELO or EHLO.
    Helo,
    /// MAIL FROM.
    Mail,
    /// RCPT TO: once for each recipient.
    Rcpt,
    /// DATA or BDAT.
    Data,
    /// The message has arrived; `size` and `recipient_count` are true.
    EndOfMessage,
    /// VRFY.
    Vrfy,
    /// ETRN.
    Etrn,
}

impl PolicyRequest {
    /// Numbers are checked here, so that an accessor's `None` means absent or empty and nothing else.
    pub(super) fn new(attributes: BTreeMap<String, String>) -> Result<Self, WireError> {
        let request = Self(attributes);
        if request.get("request") != Some("smtpd_access_policy") {
            return Err(WireError::Malformed("policy request: not smtpd_access_policy"));
        }
        request.number::<u64>("size")?;
        request.number::<u32>("recipient_count")?;
        request.port("client_port")?;
        request.port("server_port")?;
        Ok(request)
    }

    /// An attribute as it was sent, `Some("")` if it was sent empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// At which command; `None` for one that this page of the protocol does not know.
    pub fn protocol_state(&self) -> Option<ProtocolState> {
        Some(match self.get("protocol_state")? {
            "CONNECT" => ProtocolState::Connect,
            "HELO" | "EHLO" => ProtocolState::Helo,
            "MAIL" => ProtocolState::Mail,
            "RCPT" => ProtocolState::Rcpt,
            "DATA" | "BDAT" => ProtocolState::Data,
            "END-OF-MESSAGE" => ProtocolState::EndOfMessage,
            "VRFY" => ProtocolState::Vrfy,
            "ETRN" => ProtocolState::Etrn,
            _ => return None,
        })
    }

    /// Envelope sender. `Some("")` is the null sender after MAIL FROM, or that there was no MAIL yet.
    pub fn sender(&self) -> Option<&str> {
        self.get("sender")
    }

    /// Envelope recipient, at RCPT and, for a message with one recipient, later.
    pub fn recipient(&self) -> Option<&str> {
        self.filled("recipient")
    }

    /// The login, as our SASL server said it; `None` without one.
    pub fn sasl_username(&self) -> Option<&str> {
        self.filled("sasl_username")
    }

    /// `PLAIN` or `LOGIN`; `None` without a login.
    pub fn sasl_method(&self) -> Option<&str> {
        self.filled("sasl_method")
    }

    /// The name given with HELO or EHLO.
    pub fn helo_name(&self) -> Option<&str> {
        self.filled("helo_name")
    }

    /// The client's verified host name; `None` if it has none.
    pub fn client_name(&self) -> Option<&str> {
        self.filled("client_name").filter(|name| *name != "unknown")
    }

    /// The client's address, an IPv4 address mapped into IPv6 as IPv4; `None` where Postfix has "unknown".
    pub fn client_address(&self) -> Option<IpAddr> {
        self.get("client_address")?.parse().ok().map(|ip: IpAddr| ip.to_canonical())
    }

    /// The client's port.
    pub fn client_port(&self) -> Option<u16> {
        self.port("client_port").ok().flatten()
    }

    /// The port the client connected to: tells the MX from submission.
    pub fn server_port(&self) -> Option<u16> {
        self.port("server_port").ok().flatten()
    }

    /// The same for all recipients of a message; see [`instance_pid`].
    pub fn instance(&self) -> Option<&str> {
        self.filled("instance")
    }

    /// The smtpd process behind the request, from MAIL on.
    pub fn instance_pid(&self) -> Option<u32> {
        self.instance().and_then(instance_pid)
    }

    /// Queue id: the key of the delivery log. Absent before the first accepted recipient.
    pub fn queue_id(&self) -> Option<&str> {
        self.filled("queue_id")
    }

    /// Octets: what MAIL FROM announced, the true size at END-OF-MESSAGE; 0 if nothing was announced.
    pub fn size(&self) -> Option<u64> {
        self.number("size").ok().flatten()
    }

    /// Recipients accepted so far; Postfix says 0 before DATA.
    pub fn recipient_count(&self) -> Option<u32> {
        self.number("recipient_count").ok().flatten()
    }

    /// TLS version, for example `TLSv1.3`; `None` in plain text.
    pub fn encryption_protocol(&self) -> Option<&str> {
        self.filled("encryption_protocol")
    }

    /// The `policy_context` set at the listener.
    pub fn policy_context(&self) -> Option<&str> {
        self.filled("policy_context")
    }

    fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, WireError> {
        match self.filled(name) {
            Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse().map(Some).map_err(|_| WireError::Malformed("policy request: a number"))
            }
            Some(_) => Err(WireError::Malformed("policy request: a number")),
            None => Ok(None),
        }
    }

    /// Postfix says `unknown` or 0 where it has no port.
    fn port(&self, name: &str) -> Result<Option<u16>, WireError> {
        if self.get(name) == Some("unknown") {
            return Ok(None);
        }
        Ok(self.number(name)?.filter(|port| *port != 0))
    }
}

/// The process id of the smtpd that asks, from the attribute `instance`.
///
/// Postfix' smtpd(8) makes it in its MAIL FROM command, format `%x.%lx.%lx.%x`: its process id, then the
/// arrival time in seconds and microseconds, then a sequence number, all in hexadecimal without prefix. It is
/// empty before MAIL FROM and after the transaction. The same in 3.7.11 and 3.12. `None` for any other form,
/// and for process id 0, which signals a whole process group.
pub fn instance_pid(instance: &str) -> Option<u32> {
    let mut parts = instance.split('.');
    let hex = |part: &str| {
        let form = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        if form { u64::from_str_radix(part, 16).ok() } else { None }
    };
    let pid = hex(parts.next()?)?;
    for _ in 0..3 {
        hex(parts.next()?)?;
    }
    match parts.next() {
        // A process id fits in pid_t, which is signed.
        None => u32::try_from(pid).ok().filter(|pid| (1..=i32::MAX as u32).contains(pid)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_part_of_the_instance_is_the_process_id_in_hex() {
        assert_eq!(instance_pid("1e3.65b0e1a2.c3500.0"), Some(483));
        assert_eq!(instance_pid("7fffffff.0.0.1f"), Some(0x7fff_ffff));
    }

    #[test]
    fn other_forms_have_no_process() {
        for text in [
            "",
            "1e3",
            "0.1.2.3",
            "1e3.1.2",
            "1e3.1.2.3.4",
            "-1.1.2.3",
            "+1.1.2.3",
            "0x1.1.2.3",
            "1E3.1.2.3",
            "80000000.1.2.3",
            "fffffffff.1.2.3",
            "1e3.1..3",
            "g.1.2.3",
        ] {
            assert_eq!(instance_pid(text), None, "{text}");
        }
    }

    #[test]
    fn an_ipv4_address_mapped_into_ipv6_is_ipv4() {
        let attributes = [("request", "smtpd_access_policy"), ("client_address", "::ffff:203.0.113.9")];
        let request =
            PolicyRequest::new(attributes.map(|(n, v)| (n.to_owned(), v.to_owned())).into()).unwrap();
        assert_eq!(request.client_address(), Some("203.0.113.9".parse().unwrap()));
    }

    #[test]
    fn unknown_peers_and_states_are_absent() {
        let attributes = [
            ("request", "smtpd_access_policy"),
            ("client_address", "unknown"),
            ("client_name", "unknown"),
            ("client_port", "unknown"),
            ("server_port", "0"),
            ("protocol_state", "NEW"),
        ];
        let request =
            PolicyRequest::new(attributes.map(|(n, v)| (n.to_owned(), v.to_owned())).into()).unwrap();
        assert_eq!((request.client_address(), request.client_name()), (None, None));
        assert_eq!((request.client_port(), request.server_port()), (None, None));
        assert_eq!(request.protocol_state(), None);
    }

    proptest! {
        #[test]
        fn what_postfix_prints_is_read_back(pid in 1_u32..=i32::MAX as u32, s in any::<u64>(), us in 0_u64..1_000_000,
                                            n in any::<u32>()) {
            prop_assert_eq!(instance_pid(&format!("{pid:x}.{s:x}.{us:x}.{n:x}")), Some(pid));
        }

        #[test]
        fn foreign_text_never_panics(text in any::<String>()) {
            let _ = instance_pid(&text);
        }
    }
}
