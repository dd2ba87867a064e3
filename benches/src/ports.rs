//! Ports of this machine that are free.

use std::net::{Ipv4Addr, TcpListener};

use crate::trouble::{Outcome, While};

/// So many different ones; all are held until all are found.
pub(crate) fn free<const N: usize>() -> Outcome<[u16; N]> {
    let mut held = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).during("a free port")?;
        *port = listener.local_addr().during("a free port")?.port();
        held.push(listener);
    }
    Ok(ports)
}
