//! The history over real databases: sealed without a fork, proven, shown to whom it belongs.

mod checkpoints;
mod pages;

use bailiwick_base::Code;
use bailiwick_base::authz::{Caller, Events};
use bailiwick_base::db::{PageRequest, sql};
use bailiwick_base::words::{ClientAddress, Installation, Storage, TenantId};

use super::{Audit, HistoryFilter, Verification, VerifyHistory};
use crate::Core;
use crate::settings::Portal;
use crate::tenants::{Licences, Limits, NewTenant, Tenants};
use crate::testkit::{TestApp, on_each_engine};

pub(super) fn root() -> Caller {
    Caller::operator("root")
}

fn all() -> HistoryFilter {
    HistoryFilter::default()
}

pub(super) async fn tenant(core: &Core, name: &str) -> TenantId {
    let new = NewTenant {
        name: name.parse().expect("a name"),
        limits: Limits { users: Licences::OfFirst(10), storage: Storage::gb(10), domains: 5 },
        admin_name: format!("admin-{name}"),
        admin_full_name: "Ann".parse().expect("a name"),
        admin_address: "ann@outside.example".parse().expect("an address"),
    };
    Tenants::new(core.clone()).create(&root(), &new).await.expect("a tenant").id
}

/// Two events in the tenant's chain.
pub(super) async fn suspend_and_resume(core: &Core, id: TenantId) {
    let tenants = Tenants::new(core.clone());
    tenants.suspend(&root(), id, &"unpaid".parse().expect("a line")).await.expect("suspended");
    tenants.resume(&root(), id).await.expect("resumed");
}

pub(super) async fn verify(core: &Core) -> Verification {
    Audit::new(core.clone()).verify(&root()).await.expect("the proof runs")
}

#[tokio::test]
async fn what_was_done_is_sealed_once_and_the_chains_verify() {
    on_each_engine(async |app: TestApp| {
        let audit = Audit::new(app.core().clone());
        let (acme, other) = (tenant(app.core(), "acme").await, tenant(app.core(), "other").await);
        suspend_and_resume(app.core(), acme).await;
        assert_eq!(verify(app.core()).await.unsealed, 4);
        assert_eq!(audit.seal().await.expect("sealed"), 4);
        assert_eq!(audit.seal().await.expect("nothing left"), 0);
        suspend_and_resume(app.core(), other).await;
        assert_eq!(audit.seal().await.expect("sealed"), 2);
        let found = verify(app.core()).await;
        assert!(found.is_sound(), "{:?}", found.faults);
        assert_eq!((found.sealed, found.unsealed, found.erased), (6, 0, 0));
        let heads: Vec<(i64, i64)> = found.heads.iter().map(|head| (head.chain, head.seq)).collect();
        assert_eq!(heads, [(acme.0, 3), (other.0, 3)]);
    })
    .await;
}

#[tokio::test]
async fn ab_19_an_erased_detail_leaves_a_chain_that_verifies() {
    on_each_engine(async |app: TestApp| {
        let audit = Audit::new(app.core().clone());
        tenant(app.core(), "acme").await;
        audit.seal().await.expect("sealed");
        let mut tx = app.core().write(&root()).await.expect("a transaction");
        tx.run(sql("DELETE FROM audit_details")).await.expect("erased");
        tx.commit(Events::none("erased by the test")).await.expect("durable");
        let found = verify(app.core()).await;
        assert!(found.is_sound());
        assert_eq!(found.erased, 1);
        let page = audit.page(&root(), &all(), &PageRequest::default()).await.expect("a page");
        assert_eq!(page.rows[0].who(true).name, "erased");
    })
    .await;
}

#[tokio::test]
async fn cc_20_sealers_at_once_neither_fork_a_chain_nor_leave_a_gap() {
    on_each_engine(async |app: TestApp| {
        let acme = tenant(app.core(), "acme").await;
        let sealers = [0; 3].map(|_| {
            let audit = Audit::new(app.core().clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    // A sealer that loses a race leaves the rest to the next round.
                    let _ = audit.seal().await;
                    tokio::task::yield_now().await;
                }
            })
        });
        for _ in 0..5 {
            suspend_and_resume(app.core(), acme).await;
        }
        for sealer in sealers {
            sealer.await.expect("it ends");
        }
        Audit::new(app.core().clone()).seal().await.expect("sealed");
        let found = verify(app.core()).await;
        assert!(found.is_sound(), "{:?}", found.faults);
        assert_eq!((found.sealed, found.unsealed), (11, 0));
    })
    .await;
}

#[tokio::test]
async fn ab_17_a_tenant_reads_its_own_history_only_and_nobody_without_the_right_reads_any() {
    on_each_engine(async |app: TestApp| {
        let ann = app.main_admin("acme").await;
        let bob = app.main_admin("zebra").await;
        Tenants::new(app.core().clone())
            .suspend(&root(), bob.tenant, &"unpaid bills".parse().expect("a line"))
            .await
            .expect("suspended");
        let seen = ann.browser.get("/").await;
        assert_eq!(seen.status, 200);
        assert!(seen.says("Account History"), "{}", seen.words());
        assert!(seen.says("Added the tenant acme"), "{}", seen.words());
        assert!(seen.says("Your provider"), "{}", seen.words());
        assert!(!seen.says("zebra") && !seen.says("unpaid bills"), "{}", seen.words());
        let staff = app.staff().await.get("/").await;
        assert!(staff.says("Suspended the tenant zebra"), "{}", staff.words());
        assert!(staff.says("Reason: unpaid bills"), "{}", staff.words());
        let audit = Audit::new(app.core().clone());
        for (caller, code) in [
            (Caller::system("curious"), Code::NotPermitted),
            (Caller::anonymous(ClientAddress::LOCAL), Code::SignedOut),
        ] {
            let refused =
                audit.page(&caller, &all(), &PageRequest::default()).await.map_err(|error| error.code());
            assert_eq!(refused.map(|page| page.rows.len()), Err(code));
        }
        let browser = app.browser(Portal::Admin);
        assert_eq!(browser.get("/").await.gist(), "303 /sign-in");
    })
    .await;
}

#[tokio::test]
async fn the_history_is_read_from_the_newest_to_the_oldest_page_by_page() {
    on_each_engine(async |app: TestApp| {
        let audit = Audit::new(app.core().clone());
        let acme = tenant(app.core(), "acme").await;
        for _ in 0..30 {
            suspend_and_resume(app.core(), acme).await;
        }
        let first = audit.page(&root(), &all(), &PageRequest::default()).await.expect("a page");
        assert_eq!(first.rows.len(), 50);
        assert!(first.rows.is_sorted_by(|newer, older| newer.id > older.id));
        let request = PageRequest { after: first.next.clone(), ..PageRequest::default() };
        let second = audit.page(&root(), &all(), &request).await.expect("a page");
        assert_eq!(second.rows.len(), 11);
        assert!(second.next.is_none());
        assert_eq!(second.rows.last().map(|entry| entry.action.as_str()), Some("tenant.create"));
        let request = PageRequest { before: second.previous, ..PageRequest::default() };
        let back = audit.page(&root(), &all(), &request).await.expect("a page");
        assert_eq!(back.rows[0].id, first.rows[0].id);
    })
    .await;
}

#[tokio::test]
async fn a_proof_that_runs_out_of_time_says_how_far_it_came() {
    on_each_engine(async |app: TestApp| {
        let audit = Audit::new(app.core().clone());
        tenant(app.core(), "acme").await;
        audit.seal().await.expect("sealed");
        let now = Some(tokio::time::Instant::now());
        let (found, complete) =
            audit.walk::<VerifyHistory>(&root(), Installation, now).await.expect("it ends");
        assert!(found.is_sound() && !complete);
        assert_eq!(found.sealed, 1);
        let proof = audit.prove(&root()).await.expect("it ends");
        assert!(proof.complete && proof.found.is_sound());
    })
    .await;
}

#[tokio::test]
async fn only_the_operator_and_jobs_may_run_the_proof() {
    on_each_engine(async |app: TestApp| {
        let audit = Audit::new(app.core().clone());
        let refused = audit.verify(&Caller::anonymous(ClientAddress::LOCAL)).await;
        assert_eq!(refused.map_err(|error| error.code()), Err(Code::SignedOut));
        assert!(audit.verify(&root()).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn the_sealer_seals_what_is_left_when_it_is_told_to_end() {
    on_each_engine(async |app: TestApp| {
        let (tell, told) = tokio::sync::watch::channel(false);
        let sealer = Audit::new(app.core().clone());
        let running = tokio::spawn(async move { sealer.run_sealer(told).await });
        tenant(app.core(), "acme").await;
        tell.send(true).expect("the sealer listens");
        running.await.expect("it ends");
        assert_eq!(verify(app.core()).await.unsealed, 0);
        tenant(app.core(), "next").await;
        let next = Audit::new(app.core().clone()).seal().await.expect("sealed");
        assert_eq!(next, 1, "the lease was given back");
    })
    .await;
}

#[tokio::test]
async fn ab_04_no_statement_of_the_application_changes_or_removes_an_entry() {
    on_each_engine(async |app: TestApp| {
        tenant(app.core(), "acme").await;
        Audit::new(app.core().clone()).seal().await.expect("sealed");
        for statement in [
            "UPDATE audit_events SET action = 'tenant.update'",
            "DELETE FROM audit_events",
            "UPDATE audit_seals SET seq = 9",
            "DELETE FROM audit_seals",
        ] {
            let mut tx = app.core().write(&root()).await.expect("a transaction");
            assert!(tx.run(sql(statement)).await.is_err(), "{statement}");
        }
        assert!(verify(app.core()).await.is_sound());
    })
    .await;
}
