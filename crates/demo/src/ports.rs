//! Free ports for everything that listens, kept with the data so that addresses in mails stay true.

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// One port each, all on 127.0.0.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    /// All portals and the API.
    pub http: u16,
    /// The pages of the outside world.
    pub outside: u16,
    /// DNS for `*.test`.
    pub dns: u16,
    /// Where outside mail ends.
    pub sink: u16,
    /// Where Dovecot asks about sign-ins.
    pub passdb: u16,
    /// Mail from other servers.
    pub smtp: u16,
    /// Submission with STARTTLS.
    pub submission: u16,
    /// Submission with TLS from the first byte.
    pub submissions: u16,
    /// IMAP with STARTTLS.
    pub imap: u16,
    /// IMAP with TLS from the first byte.
    pub imaps: u16,
    /// POP3 with STLS.
    pub pop3: u16,
    /// POP3 with TLS from the first byte.
    pub pop3s: u16,
    /// Takes back mail that is sent on.
    pub reinject: u16,
    /// Management of Dovecot.
    pub doveadm: u16,
}

impl Ports {
    /// Those of the last time if they are written in this file and all free; else new ones, which are written there.
    pub fn of(file: &Path) -> io::Result<Self> {
        let kept = std::fs::read_to_string(file).ok().and_then(|text| toml::from_str::<Self>(&text).ok());
        if let Some(kept) = kept.filter(Self::are_free) {
            return Ok(kept);
        }
        let ports = Self::free()?;
        let text = toml::to_string(&ports).map_err(io::Error::other)?;
        std::fs::write(file, text)?;
        Ok(ports)
    }

    /// Fourteen different free ports.
    pub fn free() -> io::Result<Self> {
        // All are held until all are known, else the same one could come twice.
        let held =
            (0..14).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<io::Result<Vec<_>>>()?;
        let mut numbers = Vec::with_capacity(held.len());
        for listener in &held {
            numbers.push(listener.local_addr()?.port());
        }
        let [
            http,
            outside,
            dns,
            sink,
            passdb,
            smtp,
            submission,
            submissions,
            imap,
            imaps,
            pop3,
            pop3s,
            reinject,
            doveadm,
        ] = numbers[..]
        else {
            return Err(io::Error::other("too few ports"));
        };
        Ok(Self {
            http,
            outside,
            dns,
            sink,
            passdb,
            smtp,
            submission,
            submissions,
            imap,
            imaps,
            pop3,
            pop3s,
            reinject,
            doveadm,
        })
    }

    fn all(&self) -> [u16; 14] {
        [
            self.http,
            self.outside,
            self.dns,
            self.sink,
            self.passdb,
            self.smtp,
            self.submission,
            self.submissions,
            self.imap,
            self.imaps,
            self.pop3,
            self.pop3s,
            self.reinject,
            self.doveadm,
        ]
    }

    fn are_free(&self) -> bool {
        let ports = self.all();
        let different = ports.iter().collect::<HashSet<_>>().len() == ports.len();
        different
            && ports
                .iter()
                .all(|&port| port >= 1024 && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::Ports;

    #[test]
    fn ports_stay_the_same_until_one_of_them_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ports.toml");
        let first = Ports::of(&file).unwrap();
        assert!(first.are_free());
        assert_eq!(Ports::of(&file).unwrap(), first);
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first.sink)).unwrap();
        let second = Ports::of(&file).unwrap();
        assert_ne!(second.sink, first.sink);
        std::fs::write(&file, "http = 80").unwrap();
        assert!(Ports::of(&file).unwrap().are_free());
    }
}
