//! What bounds the rest: how many passwords this machine hashes, and what one decision in memory costs.
//!
//! Timed here, by the run that measures everything else, and not by a benchmarking library: a ratio to a ceiling means
//! something only if both were taken within the same minutes, and both belong into the same file of results.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use bailiwick_base::authz::{Actor, Caller, Permission, Place, Realm};
use bailiwick_base::db::{Db, Query};
use bailiwick_base::words::{
    ClientAddress, DomainId, HashMemory, MailboxId, Password, PasswordHash, Random, Token,
};

use crate::dataset::{Entry, Loaded, PASSWORD};
use crate::pace::to_f64;
use crate::trouble::{Outcome, Trouble, While};

/// Passwords hashed each second on one core, and on all.
pub(crate) fn argon2id(time: Duration) -> Outcome<(f64, f64)> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Ok((hashed_on(1, time)?, hashed_on(cores, time)?))
}

fn hashed_on(threads: usize, time: Duration) -> Outcome<f64> {
    let hashing = move || {
        let password: Password = PASSWORD.parse().expect("short enough");
        let hash = PasswordHash::of(&password, &Random::System, &mut HashMemory::default());
        let (mut memory, started, mut done) = (HashMemory::default(), Instant::now(), 0_usize);
        while started.elapsed() < time {
            black_box(hash.verify(&password, &mut memory));
            done += 1;
        }
        to_f64(done) / started.elapsed().as_secs_f64()
    };
    let threads: Vec<_> = (0..threads).map(|_| std::thread::spawn(hashing)).collect();
    let rates: Result<Vec<f64>, _> = threads.into_iter().map(std::thread::JoinHandle::join).collect();
    rates.map(|rates| rates.iter().sum()).map_err(|_| Trouble::new("hashing ended"))
}

/// Nanoseconds for one decision in memory: by the main Admin, and by a Sub-Admin with a grant for each of many domains.
pub(crate) async fn decision(db: &Db, loaded: &Loaded) -> Outcome<(f64, f64)> {
    Ok((decided_by(db, &loaded.large, loaded).await?, decided_by(db, &loaded.limited, loaded).await?))
}

async fn decided_by(db: &Db, entry: &Entry, loaded: &Loaded) -> Outcome<f64> {
    let token: Token = entry.session.parse().during("a session")?;
    let caller = Caller::session(token.hash(), Realm::Admin, ClientAddress::LOCAL);
    let tx = db.read(&caller).await.during("reading an actor")?;
    let (actor, now): (&Actor, _) = (tx.actor(), tx.now());
    // One in the middle of what both may see, so that neither the first grant nor none decides it.
    let middle = loaded.domains.get(loaded.domains.len().min(200) / 2).copied().unwrap_or(1);
    let place = Place {
        tenant: actor.tenant(),
        domain: Some(DomainId(middle)),
        mailbox: Some(MailboxId(1)),
        login: None,
    };
    if !actor.may(Permission::MailboxView, place, now) {
        return Err(Trouble::new("an Admin of the data set may not see its mailboxes"));
    }
    let rounds = 200_000_u32;
    let started = Instant::now();
    for _ in 0..rounds {
        black_box(actor.may(black_box(Permission::MailboxView), black_box(place), now));
    }
    Ok(started.elapsed().as_secs_f64() * 1e9 / f64::from(rounds))
}
