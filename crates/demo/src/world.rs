//! Everything outside of the product, started together.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use crate::config::{Origins, outside_origin};
use crate::dns::Dns;
use crate::pages::{Pages, Settings};
use crate::ports::Ports;
use crate::sink::Sink;

/// The running outside world; ends when dropped.
#[derive(Debug)]
pub struct World {
    /// Names of `*.test`.
    pub dns: Arc<Dns>,
    /// Where outside mail ends.
    pub sink: Arc<Sink>,
    /// Pages to look at both.
    pub pages: Pages,
}

impl World {
    /// Starts it on these ports. `mail`: whether the installation takes mail from other servers.
    pub async fn start(ports: &Ports, mail: bool) -> io::Result<Self> {
        let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let dns = Arc::new(Dns::start_on(here(ports.dns)).await?);
        let sink = Arc::new(Sink::start_on(here(ports.sink)).await?);
        let settings = Settings {
            origin: outside_origin(ports),
            portals: Origins::on(ports.http).all(),
            mx: mail.then(|| here(ports.smtp)),
        };
        let pages = Pages::start(ports.outside, Arc::clone(&dns), Arc::clone(&sink), settings).await?;
        Ok(Self { dns, sink, pages })
    }
}
