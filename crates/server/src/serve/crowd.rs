//! Bounds the number of connections: the excess is closed at once, before TLS (K28).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum_server::accept::Accept;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places there are.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    places: Arc<Semaphore>,
    full: Arc<AtomicBool>,
}

/// Accepts a connection while there is a place for it.
#[derive(Debug, Clone)]
pub(super) struct Bounded<A> {
    inner: A,
    crowd: Crowd,
}

/// The service of a connection, which has its place as long as it lives.
#[derive(Debug, Clone)]
pub(super) struct Placed<S> {
    inner: S,
    _place: Arc<OwnedSemaphorePermit>,
}

impl Crowd {
    pub(super) fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), full: Arc::default() }
    }

    pub(super) fn around<A>(&self, inner: A) -> Bounded<A> {
        Bounded { inner, crowd: self.clone() }
    }

    fn place(&self) -> io::Result<Arc<OwnedSemaphorePermit>> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            self.full.store(false, Ordering::Relaxed);
            return Ok(Arc::new(place));
        }
        if !self.full.swap(true, Ordering::Relaxed) {
            tracing::warn!("too many connections to the portals; more are closed");
        }
        Err(io::ErrorKind::ConnectionRefused.into())
    }
}

impl<A, S> Accept<TcpStream, S> for Bounded<A>
where
    A: Accept<TcpStream, S> + Clone + Send + 'static,
    A::Future: Send,
    S: Send + 'static,
{
    type Stream = A::Stream;
    type Service = Placed<A::Service>;
    type Future = std::pin::Pin<Box<dyn Future<Output = io::Result<(A::Stream, Placed<A::Service>)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = self.crowd.place();
        let inner = self.inner.clone();
        Box::pin(async move {
            let place = place?;
            let (stream, inner) = inner.accept(stream, service).await?;
            Ok((stream, Placed { inner, _place: place }))
        })
    }
}

impl<S, R> tower::Service<R> for Placed<S>
where
    S: tower::Service<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.inner.call(request)
    }
}
