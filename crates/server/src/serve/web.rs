//! The portals' listener: HTTP/1.1 and HTTP/2, over TLS or, on loopback, plain.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use bailiwick_app::Core;
use hyper_util::rt::TokioTimer;
use tokio::sync::watch;

use super::crowd::Crowd;
use super::tls;
use crate::config::{Config, Tls};
use crate::failure::{Failure, Outcome};
use crate::shutdown;

/// How long a client may take over the head of a request, and be silent between two.
const HEADERS: Duration = Duration::from_secs(10);
/// How long requests may go on after the end was asked for.
const DRAIN: Duration = Duration::from_secs(10);
/// Requests at a time on one connection.
const STREAMS: u32 = 64;
/// Connections at a time (K28).
const CONNECTIONS: usize = 4_096;

/// The listener, bound, and how it is served.
#[derive(Debug)]
pub(super) struct Web {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<(Tls, RustlsConfig)>,
}

impl Web {
    pub(super) fn bind(config: &Config) -> Outcome<Self> {
        let tls = match &config.tls {
            Some(files) => Some((files.clone(), RustlsConfig::from_config(tls::load(files)?))),
            None => None,
        };
        let address = config.listen;
        let fail = |error| Failure::new(format!("{address} (http.listen) cannot be used: {error}."));
        let listener = TcpListener::bind(address).map_err(fail)?;
        listener.set_nonblocking(true).map_err(fail)?;
        announce(config);
        Ok(Self { listener, address, tls })
    }

    /// Answers until the end is asked for; requests under way are finished.
    pub(super) async fn serve(self, core: Core, mut end: watch::Receiver<bool>) -> Outcome {
        let handle = Handle::new();
        let fail = |error| Failure::new(format!("{} (http.listen) broke: {error}.", self.address));
        let app = bailiwick_app::router(core).into_make_service_with_connect_info::<SocketAddr>();
        let crowd = Crowd::new(CONNECTIONS);
        let stop = async {
            shutdown::asked(&mut end).await;
            handle.graceful_shutdown(Some(DRAIN));
            std::future::pending::<()>().await;
        };
        let serve = async {
            match self.tls {
                None => {
                    let server = axum_server::from_tcp(self.listener).map_err(fail)?;
                    tuned(server)
                        .handle(handle.clone())
                        .map(|inner| crowd.around(inner))
                        .serve(app)
                        .await
                        .map_err(fail)
                }
                Some((files, live)) => {
                    let server = axum_server::from_tcp_rustls(self.listener, live.clone()).map_err(fail)?;
                    let server = tuned(server).handle(handle.clone()).map(|inner| crowd.around(inner));
                    tokio::select! {
                        ended = server.serve(app) => ended.map_err(fail),
                        () = tls::renew(files, live) => Ok(()),
                    }
                }
            }
        };
        tokio::select! { served = serve => served, () = stop => Ok(()) }
    }
}

fn tuned<A>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let builder = server.http_builder();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(HEADERS);
    server
}

/// Says what is served how, so that nobody has to guess.
fn announce(config: &Config) {
    let origins = &config.settings.origins;
    let how = if config.tls.is_some() { "TLS" } else { "plain HTTP, on this machine only" };
    tracing::info!(
        address = %config.listen, how, staff = origins.staff, admin = origins.admin, mail = origins.mail,
        api = origins.api.as_deref().unwrap_or("not offered"), "portals"
    );
    let https =
        [&origins.staff, &origins.admin, &origins.mail].iter().any(|origin| origin.starts_with("https://"));
    if config.tls.is_none() && https && config.settings.trusted_proxies.is_empty() {
        tracing::warn!(
            "the portals are https, so a proxy stands before us, but http.trusted_proxies is empty: every request \
             seems to come from the proxy, and wrong guesses of one count for all"
        );
    }
    if !config.settings.outgoing.ip().is_loopback() {
        tracing::warn!(
            relay = %config.settings.outgoing,
            "mails with one-time links go to outgoing.relay unencrypted; let it be on this machine, or in a tunnel"
        );
    }
}
