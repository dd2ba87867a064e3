//! Tells the service manager that the start is over (sd_notify), when there is one that asks.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// Says `READY=1`. Without a service manager it does nothing.
pub(crate) fn tell() {
    let Ok(name) = std::env::var("NOTIFY_SOCKET") else { return };
    if let Err(error) = send(&name) {
        tracing::warn!(%error, "the service manager could not be told that the start is over");
    }
}

fn send(name: &str) -> std::io::Result<()> {
    let address = match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    UnixDatagram::unbound()?.send_to_addr(b"READY=1", &address).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_manager_hears_that_we_are_ready() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("notify");
        let manager = UnixDatagram::bind(&path).expect("bound");
        send(path.to_str().expect("UTF-8")).expect("sent");
        let mut said = [0; 32];
        let length = manager.recv(&mut said).expect("heard");
        assert_eq!(&said[..length], b"READY=1");
    }
}
