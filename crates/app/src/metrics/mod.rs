//! Numbers for whoever watches the installation, in the OpenMetrics text format that Prometheus reads.
//!
//! What happens is counted where it happens, in memory; what merely *is* (jobs that wait, connections, memory) is looked
//! up when somebody asks. No label holds an id, a name or an address: a label's values are route templates and words of
//! ours, so that the number of series is bounded and the numbers tell about no person.

mod answers;
mod process;
mod state;
#[cfg(test)]
mod tests;

use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

pub(crate) use answers::Answered;
pub use state::Watch;

/// Upper bounds in seconds: a page should take milliseconds, an answer to the mail servers at most one second.
const BOUNDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

/// What is counted. Clones count together.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_time: Times<RouteLabels>,
    in_flight: Gauge,
    answers: Family<AnswerLabels, Counter>,
    answer_time: Times<QuestionLabels>,
    sign_ins: Family<SignInLabels, Counter>,
    passwords: Family<PasswordLabels, Counter>,
    hashes_waiting: Gauge,
    rate_limited: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    portal: &'static str,
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    portal: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    question: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QuestionLabels {
    question: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignInLabels {
    way: &'static str,
    realm: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PasswordLabels {
    how: &'static str,
}

type Times<S> = Family<S, Histogram, fn() -> Histogram>;

fn times<S: Clone + Hash + Eq>() -> Times<S> {
    Family::new_with_constructor(|| Histogram::new(BOUNDS))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut counted = Counted {
            registry: Registry::with_prefix("bailiwick"),
            requests: Family::default(),
            request_time: times(),
            in_flight: Gauge::default(),
            answers: Family::default(),
            answer_time: times(),
            sign_ins: Family::default(),
            passwords: Family::default(),
            hashes_waiting: Gauge::default(),
            rate_limited: Counter::default(),
        };
        counted.register();
        Self(Arc::new(counted))
    }
}

impl Counted {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "requests",
            "Requests answered, by portal, route template and status",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "Time from a request's head to its answer",
            Unit::Seconds,
            self.request_time.clone(),
        );
        registry.register("requests_in_flight", "Requests being answered", self.in_flight.clone());
        registry.register(
            "mail_answers",
            "Answers to the mail servers, by question and result",
            self.answers.clone(),
        );
        registry.register_with_unit(
            "mail_answer_duration",
            "Time an answer to the mail servers took",
            Unit::Seconds,
            self.answer_time.clone(),
        );
        registry.register("sign_ins", "Sign-ins decided, by way and result", self.sign_ins.clone());
        registry.register(
            "password_checks",
            "Passwords checked: computed, from the memory of verified ones, or given up for want of a free place",
            self.passwords.clone(),
        );
        registry.register(
            "password_hashes_waiting",
            "Passwords being hashed or waiting for it",
            self.hashes_waiting.clone(),
        );
        registry.register(
            "api_rate_limited",
            "API requests refused for being too many",
            self.rate_limited.clone(),
        );
    }
}

/// A request that is being answered; it counts when it is over, however it ends.
#[derive(Debug)]
pub(crate) struct Request {
    metrics: Metrics,
    since: Instant,
}

impl Request {
    /// It was answered. Methods of which we know nothing are one.
    pub(crate) fn answered(
        self,
        portal: &'static str,
        method: &axum::http::Method,
        route: &str,
        status: u16,
    ) -> Duration {
        let took = self.since.elapsed();
        let counted = &self.metrics.0;
        let labels = RequestLabels { portal, method: known(method), route: route.to_owned(), status };
        counted.requests.get_or_create(&labels).inc();
        let labels = RouteLabels { portal, route: labels.route };
        counted.request_time.get_or_create(&labels).observe(took.as_secs_f64());
        took
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.metrics.0.in_flight.dec();
    }
}

fn known(method: &axum::http::Method) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// A question of the mail servers that is being answered. One that is dropped unanswered took too long.
#[derive(Debug)]
pub(crate) struct Asked {
    metrics: Metrics,
    question: &'static str,
    result: &'static str,
    since: Instant,
}

impl Asked {
    /// The answer, counted.
    pub(crate) fn answered<T: Answered>(mut self, answer: T) -> T {
        self.result = answer.result();
        answer
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let (question, result) = (self.question, self.result);
        let counted = &self.metrics.0;
        counted.answers.get_or_create(&AnswerLabels { question, result }).inc();
        let took = self.since.elapsed().as_secs_f64();
        counted.answer_time.get_or_create(&QuestionLabels { question }).observe(took);
    }
}

/// How the check of a password came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordCheck {
    /// The same password was verified against the same hash a short time ago.
    Remembered,
    /// It was hashed.
    Computed,
    /// No place was free in time.
    GivenUp,
}

/// Counts as waiting while it lives.
#[derive(Debug)]
pub(crate) struct Waiting(Gauge);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// A request begins.
    pub(crate) fn request(&self) -> Request {
        self.0.in_flight.inc();
        Request { metrics: self.clone(), since: Instant::now() }
    }

    /// The mail servers ask.
    pub(crate) fn asked(&self, question: &'static str) -> Asked {
        Asked { metrics: self.clone(), question, result: "timeout", since: Instant::now() }
    }

    /// A sign-in was decided.
    pub(crate) fn sign_in(&self, way: &'static str, realm: &'static str, result: &'static str) {
        self.0.sign_ins.get_or_create(&SignInLabels { way, realm, result }).inc();
    }

    /// A password was checked.
    pub(crate) fn password(&self, check: PasswordCheck) {
        let how = match check {
            PasswordCheck::Remembered => "remembered",
            PasswordCheck::Computed => "computed",
            PasswordCheck::GivenUp => "given_up",
        };
        self.0.passwords.get_or_create(&PasswordLabels { how }).inc();
    }

    /// Somebody waits for a password's hash, until the value is dropped.
    pub(crate) fn waits_for_hash(&self) -> Waiting {
        self.0.hashes_waiting.inc();
        Waiting(self.0.hashes_waiting.clone())
    }

    /// An API request was refused for being too many.
    pub(crate) fn rate_limited(&self) {
        self.0.rate_limited.inc();
    }

    fn registry(&self) -> &Registry {
        &self.0.registry
    }
}
