//! How many requests a credential may make (K28, AP-15): counted in memory, in each process.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bailiwick_base::words::limits;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// So many credentials are remembered; then those that have recovered are forgotten, as are those that somebody made up
/// and used once, after a moment.
const AT_ONCE: usize = 20_000;

/// Requests that credentials made lately.
#[derive(Debug)]
pub struct Rates {
    limiter: RateLimiter<u64, DashMapStateStore<u64>, DefaultClock, StateInformationMiddleware>,
    a_minute: u32,
    burst: u32,
}

/// Where a credential stands after a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Requests it may still make at once.
    left: u32,
    /// For how long it must wait, if the request was one too many.
    pub(super) wait: Option<Duration>,
    burst: u32,
    a_minute: u32,
}

impl Rates {
    /// So many requests a minute for each credential, and [`limits::API_BURST`] at once.
    pub fn new(a_minute: u32) -> Self {
        let a_minute = NonZeroU32::new(a_minute).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(limits::API_BURST.max(a_minute.get() / 6)).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(a_minute).allow_burst(burst);
        Self {
            limiter: RateLimiter::dashmap(quota).with_middleware(),
            a_minute: a_minute.get(),
            burst: burst.get(),
        }
    }

    /// Counts a request made with a credential.
    pub(super) fn count(&self, credential: &str) -> Standing {
        if self.limiter.len() > AT_ONCE {
            self.tidy();
        }
        let mut hasher = DefaultHasher::new();
        credential.hash(&mut hasher);
        let standing = |left, wait| Standing { left, wait, burst: self.burst, a_minute: self.a_minute };
        match self.limiter.check_key(&hasher.finish()) {
            Ok(state) => standing(state.remaining_burst_capacity(), None),
            Err(refused) => standing(0, Some(refused.wait_time_from(DefaultClock::default().now()))),
        }
    }

    /// Forgets credentials that have not been used lately.
    pub(crate) fn tidy(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

impl Standing {
    /// The headers every answer bears (draft-ietf-httpapi-ratelimit-headers), and `Retry-After` where it must wait.
    pub(super) fn head(&self, headers: &mut HeaderMap) {
        let window = u64::from(self.burst) * 60 / u64::from(self.a_minute.max(1));
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("ratelimit-policy", format!("\"requests\";q={};w={}", self.burst, window.max(1)));
        let wait = self.wait.map_or(0, |wait| wait.as_secs() + 1);
        let full = u64::from(self.burst - self.left.min(self.burst)) * 60 / u64::from(self.a_minute.max(1));
        set("ratelimit", format!("\"requests\";r={};t={}", self.left, full.max(wait)));
        if wait > 0 {
            set("retry-after", wait.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_too_often_waits_and_nobody_else_does() {
        let rates = Rates::new(60);
        for left in (0..limits::API_BURST).rev() {
            let standing = rates.count("a");
            assert!(standing.wait.is_none());
            assert_eq!(standing.left, left);
        }
        let refused = rates.count("a");
        assert!(refused.wait.is_some_and(|wait| wait <= Duration::from_secs(1)));
        assert!(rates.count("b").wait.is_none());
        let mut headers = HeaderMap::new();
        refused.head(&mut headers);
        assert_eq!(headers["retry-after"], "1");
        assert_eq!(headers["ratelimit-policy"], "\"requests\";q=200;w=200");
    }
}
