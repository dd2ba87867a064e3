//! A fresh folder that the mail servers can enter, and free ports.

use std::fs::Permissions;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;

use bailiwick_demo::ports::Ports;
use tempfile::TempDir;

/// Below the range from which the system takes ports for outgoing connections, so that a port stays free while the
/// program that listens on it is down.
const FIRST_PORT: u16 = 10_000;
const SPAN: u16 = 22_000;

pub(crate) fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("bw-test-").tempdir_in("/var/tmp").expect("a folder");
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("its mode");
    folder
}

pub(crate) fn ports() -> Ports {
    let start = RandomState::new().hash_one(std::process::id()) % u64::from(SPAN);
    let start = u16::try_from(start).expect("below SPAN");
    let mut free = (0..SPAN).map(|n| FIRST_PORT + (start + n) % SPAN).filter(|port| is_free(*port));
    let mut next = || free.next().expect("a free port");
    Ports {
        http: next(),
        outside: next(),
        dns: next(),
        sink: next(),
        passdb: next(),
        smtp: next(),
        submission: next(),
        submissions: next(),
        imap: next(),
        imaps: next(),
        pop3: next(),
        pop3s: next(),
        reinject: next(),
        doveadm: next(),
    }
}

/// A free port besides those.
pub(crate) fn another_port() -> u16 {
    let start = u16::try_from(RandomState::new().hash_one(1) % 4_000).expect("below 4,000");
    (0..4_000).map(|n| 5_500 + (start + n) % 4_000).find(|port| is_free(*port)).expect("a free port")
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
