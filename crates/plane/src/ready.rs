//! Whether every listener answers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, UnixStream};

use crate::PlaneSettings;

const PATIENCE: Duration = Duration::from_secs(5);

/// Addresses that do not answer yet; empty when all is up.
pub(crate) async fn silent(settings: &PlaneSettings) -> Vec<String> {
    let mut silent = Vec::new();
    for address in settings.listeners() {
        // With TLS from the first byte, and in HTTP, the client speaks first.
        let ports = settings.ports;
        let waits = [ports.submissions, ports.imaps, ports.pop3s, ports.doveadm].contains(&address.port());
        if !answers(reachable(address), !waits).await {
            silent.push(address.to_string());
        }
    }
    if UnixStream::connect(settings.lmtp_socket()).await.is_err() {
        silent.push(settings.lmtp_socket().display().to_string());
    }
    silent
}

async fn answers(address: SocketAddr, greets: bool) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        if greets { stream.read_u8().await.map(|_| ()) } else { Ok(()) }
    };
    matches!(tokio::time::timeout(PATIENCE, ask).await, Ok(Ok(())))
}

/// A wildcard is asked on loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
