//! The proof of the Account History in the JSON API.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::words::{AuditEventId, TenantId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::service::{Audit, Proof};
use super::verify::{Fault, Head};
use crate::api::{ApiRoutes, found};
use crate::routes::Access;
use crate::shell::{Answer, Calling};

/// The operation of this part.
pub(super) fn api(routes: ApiRoutes) -> ApiRoutes {
    routes.add(Access::Holding(Permission::HistoryView), routes!(verify))
}

/// The first entry of a chain that is not as it was sealed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryFault)]
struct FaultBody {
    /// The tenant whose chain it is; null for the installation's.
    tenant_id: Option<TenantId>,
    /// Its place in the chain; null for what has no seal.
    seq: Option<i64>,
    /// The entry, as far as there is one.
    event: Option<AuditEventId>,
    /// What is wrong: `changed`, `missing`, `out_of_order`, `inserted`, `detail_changed`, `gap` or `unsealed`.
    #[schema(example = "changed")]
    kind: String,
}

/// Whose chain it is.
fn tenant(chain: i64) -> Option<TenantId> {
    (chain != 0).then_some(TenantId(chain))
}

impl From<Fault> for FaultBody {
    fn from(fault: Fault) -> Self {
        let Fault { chain, seq, event, kind } = fault;
        Self { tenant_id: tenant(chain), seq, event, kind: kind.key().replace('-', "_") }
    }
}

/// The end of a chain. Kept elsewhere, it shows later whether the chain was cut off.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryHead)]
struct HeadBody {
    /// The tenant whose chain it is; null for the installation's.
    tenant_id: Option<TenantId>,
    /// The number of its last entry.
    seq: i64,
    /// The hash of its last seal, in hexadecimal digits.
    hash: String,
}

impl From<Head> for HeadBody {
    fn from(head: Head) -> Self {
        let Head { chain, seq, hash } = head;
        Self { tenant_id: tenant(chain), seq, hash: data_encoding::HEXLOWER.encode(&hash) }
    }
}

/// What a proof has found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryProof)]
struct ProofBody {
    /// Everything that was looked at is as it was written.
    sound: bool,
    /// The time was enough for all of it.
    complete: bool,
    /// Entries with a seal.
    sealed: u64,
    /// Entries that wait for theirs.
    unsealed: u64,
    /// Entries whose particulars were erased.
    erased: u64,
    /// The first bad entry of each chain that has one.
    faults: Vec<FaultBody>,
    /// The end of each chain.
    heads: Vec<HeadBody>,
    /// When the newest entry was sealed.
    #[schema(format = DateTime)]
    last_sealed_at: Option<String>,
}

impl From<Proof> for ProofBody {
    fn from(proof: Proof) -> Self {
        let Proof { found, complete, last_sealed } = proof;
        Self {
            sound: found.is_sound(),
            complete,
            sealed: found.sealed,
            unsealed: found.unsealed,
            erased: found.erased,
            faults: found.faults.into_iter().map(FaultBody::from).collect(),
            heads: found.heads.into_iter().map(HeadBody::from).collect(),
            last_sealed_at: last_sealed.map(|at| at.to_string()),
        }
    }
}

/// Prove the Account History
///
/// Computes the chain of hashes anew and compares. Changes nothing, but takes its time; a long history is proven as far as
/// twenty seconds go.
#[utoipa::path(post, path = "/history/verify", tag = "History",
    responses((status = 200, description = "What was found.", body = ProofBody)))]
async fn verify(State(audit): State<Audit>, Calling(caller): Calling) -> Answer {
    found(&ProofBody::from(audit.prove(&caller).await?), None)
}
