//! The Account History in the JSON API.

use axum::extract::State;
use bailiwick_base::authz::{Permission, history_key};
use bailiwick_base::words::{AuditEventId, DomainId, TenantId, Timestamp};
use bailiwick_base::{Code, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::filter::{By, HistoryFilter, MAX_TEXT, is_noun, known, object_named};
use super::service::{Audit, Refused};
use super::store::{HistoryEntry, Told};
use crate::api::{ApiRoutes, List, PageParams, Query, found};
use crate::routes::Access;
use crate::shell::{Answer, Calling};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let view = Access::Holding(Permission::HistoryView);
    routes.add(view, routes!(list)).add(view, routes!(refusals)).of(super::proof_api::api)
}

/// A kind of actor.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActorKind)]
enum ActorKind {
    /// An Admin or Sub-Admin.
    Admin,
    /// The user of a mailbox.
    Mailbox,
    /// One of the provider's people, or the command line.
    Provider,
    /// One of the installation's own jobs.
    System,
    /// Somebody who was not signed in.
    Nobody,
}

impl ActorKind {
    fn of(stored: &str) -> Self {
        match stored {
            "admin" => Self::Admin,
            "mailbox" => Self::Mailbox,
            "staff" | "operator" => Self::Provider,
            "system" => Self::System,
            _ => Self::Nobody,
        }
    }

    fn by(self) -> By {
        match self {
            Self::Admin => By::Admin,
            Self::Mailbox => By::Mailbox,
            Self::Provider => By::Provider,
            Self::System => By::System,
            Self::Nobody => By::Nobody,
        }
    }
}

/// Somebody in an entry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryActor)]
struct ActorBody {
    kind: ActorKind,
    /// The name they sign in with; null where it was erased, and for a customer where it is one of the provider's people.
    #[schema(example = "ann")]
    name: Option<String>,
}

/// What an entry is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryObject)]
struct ObjectBody {
    /// What kind of thing it is.
    #[schema(example = "mailbox")]
    kind: String,
    /// Its id.
    #[schema(example = "mbx_4g7k")]
    id: String,
    /// What it was called then; null where that was erased.
    #[schema(example = "ann@example.com")]
    name: Option<String>,
}

/// Can the particulars of an entry be read?
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HistoryState)]
enum EntryState {
    /// They are there, as far as the reader may know them.
    Told,
    /// They were erased, as the law may demand.
    Erased,
    /// They are there but cannot be read: the proof tells more.
    Unreadable,
}

/// An entry of the Account History.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryEntry)]
struct EntryBody {
    id: AuditEventId,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// The tenant whose history it belongs to; null for the installation's.
    tenant_id: Option<TenantId>,
    /// The domain it concerns.
    domain_id: Option<DomainId>,
    /// In whose name it was done.
    actor: ActorBody,
    /// Who was really at the keyboard, if that was somebody else.
    acting: Option<ActorBody>,
    /// The name of the API key it was done with.
    #[schema(example = "Billing")]
    key: Option<String>,
    /// The network address it came from.
    #[schema(example = "192.0.2.1")]
    address: Option<String>,
    /// What was done.
    #[schema(example = "mailbox.update")]
    action: String,
    /// The same as a sentence.
    #[schema(example = "Changed the user ann@example.com")]
    text: String,
    object: ObjectBody,
    /// Can the particulars be read?
    state: EntryState,
    /// What changed, by name: as it was. Storage is in bytes.
    before: Map<String, Value>,
    /// What changed, by name: as it became.
    after: Map<String, Value>,
    /// Why, in the words of who did it.
    reason: Option<String>,
    /// It has its seal in the chain. That takes about a second.
    sealed: bool,
}

impl EntryBody {
    fn of(entry: HistoryEntry, for_staff: bool) -> Self {
        let known = entry.known(for_staff);
        let actor = |kind: &str, name: Option<&str>| ActorBody {
            kind: ActorKind::of(kind),
            name: name.map(ToOwned::to_owned),
        };
        let named = |text: Option<&str>| text.map(ToOwned::to_owned);
        let (by, acting) = (
            actor(&entry.actor_kind, known.actor),
            entry.real_kind.as_deref().map(|kind| actor(kind, known.real)),
        );
        let (key, address, text) = (named(known.key), named(known.address), entry.sentence());
        let object = |name| ObjectBody { kind: entry.object_kind, id: entry.object_id, name };
        let (state, object, before, after, reason) = match entry.told {
            Told::Detail(detail) => {
                (EntryState::Told, object(Some(detail.object)), detail.before, detail.after, detail.reason)
            }
            Told::Erased => (EntryState::Erased, object(None), Map::new(), Map::new(), None),
            Told::Unreadable => (EntryState::Unreadable, object(None), Map::new(), Map::new(), None),
        };
        Self {
            id: entry.id,
            at: entry.at.to_string(),
            tenant_id: entry.tenant_id,
            domain_id: entry.domain_id,
            actor: by,
            acting,
            key,
            address,
            action: entry.action,
            text,
            object,
            state,
            before,
            after,
            reason,
            sealed: entry.sealed,
        }
    }
}

/// Which entries are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// The beginning of the name somebody signs in with.
    #[param(max_length = 400)]
    actor: Option<String>,
    /// By this kind of actor only. `provider` finds too what the provider's people did in the name of others.
    #[param(inline)]
    by: Option<ActorKind>,
    /// Of this action only.
    #[param(example = "mailbox.update")]
    action: Option<String>,
    /// About this kind of thing only.
    #[param(example = "mailbox")]
    object_kind: Option<String>,
    /// About one thing: its id, or what it was once called.
    #[param(example = "mbx_4g7k", max_length = 400)]
    object: Option<String>,
    /// From this instant on (RFC 3339).
    #[param(format = DateTime, example = "2026-01-01T00:00:00Z")]
    from: Option<String>,
    /// Before this instant (RFC 3339).
    #[param(format = DateTime, example = "2026-02-01T00:00:00Z")]
    to: Option<String>,
    /// The page begins after this row: `next` of the page before.
    after: Option<String>,
    /// The page ends before this row: `previous` of the page after.
    before: Option<String>,
    /// At most so many rows.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

impl ListParams {
    fn filter(&self) -> Result<HistoryFilter, Error> {
        let invalid = |reason: &str| Error::new(Code::QueryInvalid).with("reason", reason);
        let instant = |text: &Option<String>, reason: &str| {
            let read = |text: &String| text.parse::<Timestamp>().map_err(|_| invalid(reason));
            text.as_ref().map(read).transpose()
        };
        let short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.len() <= MAX_TEXT);
        if !short(&self.actor) || !short(&self.object) {
            return Err(invalid("actor, object: at most 400 bytes"));
        }
        let action = |name: &String| known(name).map(|action| action.name);
        let action =
            self.action.as_ref().map(|name| action(name).ok_or_else(|| invalid("action: there is no such")));
        if self.object_kind.as_ref().is_some_and(|kind| !is_noun(kind)) {
            return Err(invalid("object_kind: there is no such"));
        }
        Ok(HistoryFilter {
            actor: self.actor.as_deref().map(history_key).filter(|name| !name.is_empty()),
            by: self.by.map(ActorKind::by),
            action: action.transpose()?,
            object_kind: self.object_kind.clone(),
            object: self.object.as_deref().and_then(|text| object_named(text.trim())),
            from: instant(&self.from, "from: no instant of RFC 3339")?,
            until: instant(&self.to, "to: no instant of RFC 3339")?,
        })
    }
}

/// List the Account History
///
/// Newest first. Whoever is limited to domains sees what concerns those.
#[utoipa::path(get, path = "/history", tag = "History", params(ListParams),
    responses((status = 200, description = "A page of the list.", body = List<EntryBody>)))]
async fn list(
    State(audit): State<Audit>,
    Calling(caller): Calling,
    Query(params): Query<ListParams>,
) -> Answer {
    let filter = params.filter()?;
    let page = PageParams { after: params.after, before: params.before, limit: params.limit }.request()?;
    let reading = audit.read(&caller, &filter, &page).await?;
    found(&List::of(reading.page, |entry| EntryBody::of(entry, reading.for_staff)), None)
}

/// What one login was refused lately, counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusalCount)]
struct RefusedBody {
    /// The name it signs in with; null once it is gone, and for a customer where it is one of the provider's people.
    #[schema(example = "ann")]
    login: Option<String>,
    /// What was tried: an action, or the permission that was needed.
    #[schema(example = "mailbox.remove")]
    action: String,
    /// Why it was refused: the code of the problem.
    #[schema(example = "not_permitted")]
    code: String,
    /// How often.
    count: i64,
    /// The last time.
    #[schema(format = DateTime)]
    last_at: String,
}

impl From<Refused> for RefusedBody {
    fn from(refused: Refused) -> Self {
        let Refused { login, action, code, count, last_at } = refused;
        Self { login, action, code, count, last_at: last_at.to_string() }
    }
}

/// What was refused lately.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refusals)]
struct RefusalsBody {
    /// At most 50, the latest first.
    items: Vec<RefusedBody>,
}

/// List what was refused lately
///
/// Of the last seven days, for whoever sees the whole history.
#[utoipa::path(get, path = "/history/refusals", tag = "History",
    responses((status = 200, description = "What was refused, counted.", body = RefusalsBody)))]
async fn refusals(State(audit): State<Audit>, Calling(caller): Calling) -> Answer {
    let refused = audit.refusals(&caller).await?;
    found(&RefusalsBody { items: refused.into_iter().map(RefusedBody::from).collect() }, None)
}
