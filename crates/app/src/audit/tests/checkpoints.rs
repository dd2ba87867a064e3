//! Checkpoints over real databases: due, kept, leased, compared.

use std::path::Path;
use std::time::Duration;

use bailiwick_base::authz::Caller;

use super::{root, suspend_and_resume, tenant};
use crate::Core;
use crate::audit::checkpoints::{Keeper, Round};
use crate::audit::{Audit, Checkpoint, Head, Signer};
use crate::settings::{KeptCheckpoints, Settings};
use crate::testkit::{TestApp, on_each_engine};

fn into(directory: &Path) -> Keeper {
    Keeper::new(KeptCheckpoints { directory: Some(directory.to_owned()), command: None })
}

async fn look(audit: &Audit, keeper: &Keeper, holder: &str) -> Round {
    let signer = Signer::of(&audit.core.ground().keys);
    audit.checkpoint(keeper, &signer, holder).await.expect("the database answers")
}

/// The checkpoints of a directory, the oldest first.
fn kept(audit: &Audit, directory: &Path) -> Vec<Checkpoint> {
    let key = Signer::of(&audit.core.ground().keys).public_key();
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).expect("read").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort_unstable();
    let read = |path: &std::path::PathBuf| {
        Checkpoint::read(&std::fs::read(path).expect("read"), &key).expect("ours")
    };
    paths.iter().map(read).collect()
}

fn ends(checkpoint: &Checkpoint) -> Vec<(i64, i64)> {
    checkpoint.heads.iter().map(|head| (head.chain, head.seq)).collect()
}

#[tokio::test]
async fn a_checkpoint_is_made_a_minute_after_something_new_was_sealed_and_tells_of_what_has_grown() {
    on_each_engine(async |app: TestApp| {
        let folder = tempfile::tempdir().expect("a folder");
        let (audit, keeper) = (Audit::new(app.core().clone()), into(folder.path()));
        let (acme, other) = (tenant(app.core(), "acme").await, tenant(app.core(), "other").await);
        assert_eq!(look(&audit, &keeper, "one").await, Round::Nothing, "nothing is sealed");
        audit.seal().await.expect("sealed");
        assert_eq!(look(&audit, &keeper, "one").await, Round::Nothing, "not yet");
        app.wait(Duration::from_mins(1));
        assert_eq!(look(&audit, &keeper, "one").await, Round::Kept);
        assert_eq!(look(&audit, &keeper, "one").await, Round::Nothing, "nothing new");
        app.wait(Duration::from_mins(5));
        assert_eq!(look(&audit, &keeper, "one").await, Round::Nothing, "still nothing new");
        suspend_and_resume(app.core(), acme).await;
        audit.seal().await.expect("sealed");
        app.wait(Duration::from_mins(1));
        assert_eq!(look(&audit, &keeper, "two").await, Round::Kept, "the lease was given back");
        let kept = kept(&audit, folder.path());
        let told: Vec<_> = kept.iter().map(ends).collect();
        assert_eq!(told, [vec![(acme.0, 1), (other.0, 1)], vec![(acme.0, 3)]]);
        assert!(kept[0].at < kept[1].at);
        for checkpoint in &kept {
            assert_eq!(audit.differing(&root(), &checkpoint.heads).await.expect("compared"), []);
        }
    })
    .await;
}

#[tokio::test]
async fn what_could_not_be_kept_goes_on_waiting_and_staff_are_warned() {
    on_each_engine(async |app: TestApp| {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = folder.path().join("vault");
        let checkpoints = Some(KeptCheckpoints { directory: Some(directory.clone()), command: None });
        let settings = Settings { checkpoints, ..app.core().settings().clone() };
        let audit = Audit::new(Core::new(app.core().db().clone(), settings));
        let keeper = into(&directory);
        assert_eq!(audit.overdue_checkpoints(&root()).await.expect("read"), None);
        let acme = tenant(app.core(), "acme").await;
        audit.seal().await.expect("sealed");
        app.wait(Duration::from_mins(11));
        let Round::NotKept(why) = look(&audit, &keeper, "one").await else { panic!("there is no directory") };
        assert!(why.contains("vault"), "{why}");
        let overdue = audit.overdue_checkpoints(&root()).await.expect("read").expect("overdue");
        assert_eq!(overdue.last, None);
        let customer = app.main_admin("zoe").await;
        assert!(!customer.browser.get("/").await.says("checkpoint"));
        std::fs::create_dir(&directory).expect("made");
        assert_eq!(look(&audit, &keeper, "one").await, Round::Kept);
        assert_eq!(audit.overdue_checkpoints(&root()).await.expect("read"), None);
        assert_eq!(ends(&kept(&audit, &directory)[0]), [(acme.0, 1)]);
        let plain = Audit::new(app.core().clone());
        suspend_and_resume(app.core(), acme).await;
        plain.seal().await.expect("sealed");
        app.wait(Duration::from_mins(11));
        assert_eq!(plain.overdue_checkpoints(&root()).await.expect("read"), None, "none are to be kept");
        let overdue = audit.overdue_checkpoints(&root()).await.expect("read").expect("overdue");
        assert!(overdue.last.is_some());
    })
    .await;
}

#[tokio::test]
async fn of_several_processes_one_makes_the_checkpoint() {
    on_each_engine(async |app: TestApp| {
        let folder = tempfile::tempdir().expect("a folder");
        tenant(app.core(), "acme").await;
        Audit::new(app.core().clone()).seal().await.expect("sealed");
        app.wait(Duration::from_mins(1));
        let looks: Vec<_> = (0..4)
            .map(|number| {
                let (audit, keeper) = (Audit::new(app.core().clone()), into(folder.path()));
                tokio::spawn(async move {
                    let signer = Signer::of(&audit.core.ground().keys);
                    audit.checkpoint(&keeper, &signer, &format!("holder {number}")).await
                })
            })
            .collect();
        for look in looks {
            // One that loses a race leaves it to the next look.
            let _ = look.await.expect("it ends");
        }
        let audit = Audit::new(app.core().clone());
        look(&audit, &into(folder.path()), "last").await;
        assert_eq!(kept(&audit, folder.path()).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_the_operator_compares_with_checkpoints_and_only_jobs_make_them() {
    on_each_engine(async |app: TestApp| {
        let audit = Audit::new(app.core().clone());
        let acme = tenant(app.core(), "acme").await;
        audit.seal().await.expect("sealed");
        let made_up =
            [Head { chain: acme.0, seq: 1, hash: vec![0; 32] }, Head { chain: 0, seq: 9, hash: vec![0; 32] }];
        let bad = audit.differing(&root(), &made_up).await.expect("compared");
        assert!(bad[0].1.is_some() && bad[1].1.is_none(), "{bad:?}");
        assert!(
            audit
                .differing(&Caller::anonymous(bailiwick_base::words::ClientAddress::LOCAL), &made_up)
                .await
                .is_err()
        );
    })
    .await;
}
