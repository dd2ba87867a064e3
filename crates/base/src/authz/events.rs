//! Audit events: no change without one (K29).

use ring::digest::{SHA256, digest};
use serde_json::{Map, Value as Json, json};

use super::{Action, Actor, Target};
use crate::db::{Sql, sql};
use crate::t;
use crate::words::{DomainId, Random, TenantId, Timestamp};

/// The longest name the history can be searched for, in characters.
const SEARCHED: usize = 320;

/// The form of a name under which the history finds it: in small letters, cut to a bounded length.
pub fn history_key(name: &str) -> String {
    name.trim().to_lowercase().chars().take(SEARCHED).collect()
}

/// What changed: before and after, and why. Never a secret.
#[derive(Debug, Clone, Default)]
pub struct Detail {
    before: Map<String, Json>,
    after: Map<String, Json>,
    reason: Option<String>,
}

impl Detail {
    /// Nothing more to say than the action's name.
    pub fn none() -> Self {
        Self::default()
    }

    /// A field that changed; equal values are left out.
    #[must_use]
    pub fn changed<V: serde::Serialize + PartialEq>(mut self, field: &str, before: &V, after: &V) -> Self {
        if before != after {
            self.before.insert(field.to_owned(), json!(before));
            self.after.insert(field.to_owned(), json!(after));
        }
        self
    }

    /// A field of something new.
    #[must_use]
    pub fn set(mut self, field: &str, value: impl serde::Serialize) -> Self {
        self.after.insert(field.to_owned(), json!(value));
        self
    }

    /// A field of something that is gone.
    #[must_use]
    pub fn was(mut self, field: &str, value: impl serde::Serialize) -> Self {
        self.before.insert(field.to_owned(), json!(value));
        self
    }

    /// Why, in the words of who did it.
    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        if !reason.is_empty() {
            self.reason = Some(reason.to_owned());
        }
        self
    }

    /// Did anything change?
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

struct Event {
    action: &'static str,
    tenant: Option<TenantId>,
    domain: Option<DomainId>,
    object_kind: &'static str,
    object_id: String,
    object_name: String,
    detail: Detail,
}

/// The audit events of one transaction.
pub struct Events {
    events: Vec<Event>,
}

/// An event as it is inserted: the row (returning its id) and the detail, which lacks only that id.
pub(crate) struct EventRow {
    pub(crate) row: Sql,
    pub(crate) detail: Sql,
}

impl Events {
    pub(super) fn one<A: Action>(target: &impl Target, detail: Detail) -> Self {
        let place = target.place();
        let event = Event {
            action: A::NAME,
            tenant: place.tenant,
            domain: place.domain,
            object_kind: noun(target),
            object_id: target.id().to_string(),
            object_name: target.name(),
            detail,
        };
        Self { events: vec![event] }
    }

    /// Housekeeping that changes nothing anybody is accountable for. Says why, aloud.
    pub fn none(_why: &'static str) -> Self {
        Self { events: Vec::new() }
    }

    /// Both.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        self.events.append(&mut other.events);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(crate) fn into_rows(self, actor: &Actor, now: Timestamp, random: &Random) -> Vec<EventRow> {
        self.events.into_iter().map(|event| event.into_row(actor, now, random)).collect()
    }
}

fn noun<T: Target>(_: &T) -> &'static str {
    T::NOUN
}

impl Event {
    fn into_row(self, actor: &Actor, now: Timestamp, random: &Random) -> EventRow {
        let real = actor.real();
        let import = actor.import().map(|import| t!("history-import", import = import.to_string()));
        let reason =
            self.detail.reason.as_deref().or(real.map(|real| real.reason.as_str())).or(import.as_deref());
        let detail = json!({
            "actor": actor.name(),
            "real": real.map(|real| real.name.as_str()),
            "key": actor.key().map(|(_, name)| name),
            "address": actor.address().to_string(),
            "object": self.object_name,
            "before": self.detail.before,
            "after": self.detail.after,
            "reason": reason,
        })
        .to_string();
        let salt: [u8; 16] = random.bytes();
        let hash = digest(&SHA256, &[&salt[..], detail.as_bytes()].concat());
        let row = sql(
            "INSERT INTO audit_events \
             (at, tenant_id, domain_id, actor_login_id, actor_kind, real_login_id, real_kind, action, object_kind, object_id, \
             detail_hash) VALUES ($, $, $, $, $, $, $, $, $, $, $) RETURNING id",
        )
        .bind(now)
        .bind(self.tenant)
        .bind(self.domain)
        .bind(actor.login())
        .bind(actor.kind())
        .bind(real.map(|real| real.login))
        .bind(real.map(|real| real.realm.key()))
        .bind(self.action)
        .bind(self.object_kind)
        .bind(self.object_id)
        .bind(hash.as_ref().to_vec());
        // The names stand beside the detail, so that erasing it takes them too; the event returns the last value.
        let detail = sql(
            "INSERT INTO audit_details (salt, detail, actor_key, object_key, event_id) VALUES ($, $, $, $, $)",
        )
        .bind(salt.to_vec())
        .bind(detail)
        .bind(history_key(actor.name()))
        .bind(history_key(&self.object_name));
        EventRow { row, detail }
    }
}
