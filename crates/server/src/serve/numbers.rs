//! The numbers for whoever watches, at an address of their own: `GET /metrics`, and nothing else. The portals know
//! nothing of it (VE-25).

use bailiwick_app::Core;
use bailiwick_app::metrics::Watch;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::mail_listeners::door::Door;
use crate::mail_listeners::http::{self, Answer};

/// Who may look at a time; one collector is the rule.
const WATCHERS: usize = 16;

/// Binds the address, if one is configured.
pub(super) fn bind(config: &Config) -> Outcome<Option<TcpListener>> {
    let Some(address) = config.metrics else { return Ok(None) };
    let fail = |error| Failure::new(format!("{address} (metrics.listen) cannot be used: {error}."));
    let listener = std::net::TcpListener::bind(address).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    if !address.ip().to_canonical().is_loopback() {
        tracing::warn!(%address, "metrics.listen is not a loopback address: whoever reaches it reads the numbers");
    }
    TcpListener::from_std(listener).map(Some).map_err(fail)
}

/// Answers until the end is asked for.
pub(super) async fn serve(listener: TcpListener, core: Core, shutdown: watch::Receiver<bool>) {
    let watch = Watch::new(core);
    let door = Door { name: "metrics", peers: WATCHERS, shutdown };
    door.serve(listener, move |stream, shutdown| {
        let watch = watch.clone();
        http::converse(stream, shutdown, move |request| {
            let watch = watch.clone();
            async move { answer(&watch, &request).await.unwrap_or_else(http::status) }
        })
    })
    .await;
}

async fn answer(watch: &Watch, request: &Request<Incoming>) -> Result<Answer, StatusCode> {
    if request.uri().path() != "/metrics" {
        return Err(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::GET {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let text = watch.text().await.map_err(|error| {
        tracing::error!(%error, "the numbers could not be written");
        StatusCode::INTERNAL_SERVER_ERROR
    })?;
    Ok(http::with(Watch::MEDIA_TYPE, text))
}
