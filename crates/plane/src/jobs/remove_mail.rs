//! Removes the mail of a mailbox for good.
//!
//! `serve` has denied the mailbox before it queues this, so no new session or delivery can begin; those under
//! way are ended or waited for. A delivery that still finds its way leaves a new home, so the place is looked
//! at again before the job counts as done.

use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::disconnect::{self, Whose};
use super::{Hands, on_disk};
use crate::processes;

/// How long deliveries under way may take to end.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the place must stay empty.
const SETTLE: Duration = Duration::from_secs(1);

pub(super) async fn remove_mail(
    hands: &Hands,
    mailbox_id: i64,
    created_at_ms: i64,
    user: &str,
) -> Result<(), String> {
    let home = hands.homes.home(mailbox_id).map_err(|error| error.to_string())?;
    disconnect::disconnect(hands, Whose::User(user), &[]).await?;
    let start = Instant::now();
    loop {
        wait_until_released(hands, user, &home, start).await?;
        let homes = hands.homes.clone();
        let taken = on_disk(move || {
            let taken = homes.take_away(mailbox_id, created_at_ms)?;
            homes.empty_trash(mailbox_id).map(|()| taken)
        })
        .await?;
        if !taken && start.elapsed() >= SETTLE {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return Err("mail keeps arriving".to_owned());
        }
        tokio::time::sleep(SETTLE / 2).await;
    }
}

/// Waits until no process has a file of the home open.
async fn wait_until_released(hands: &Hands, user: &str, home: &Path, start: Instant) -> Result<(), String> {
    loop {
        let held = home.to_owned();
        if !on_disk(move || Ok::<_, String>(processes::holds_files_below(&held))).await? {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return Err("mail is still being delivered or read".to_owned());
        }
        hands.doveadm.kick(user).await.map_err(|error| error.to_string())?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
