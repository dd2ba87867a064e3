//! Counts of wrong guesses, and the log of sign-ins.

use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Events};
use bailiwick_base::db::{Query, Sql, WriteTx, sql};
use bailiwick_base::words::{ClientAddress, limits};

use crate::core::Core;
use crate::sign_in::guesses::{Count, Counted};
use crate::sign_in::verify::{Credential, Way};

pub(in crate::sign_in) async fn guesses(tx: &mut impl Query, counted: &Counted) -> Result<Vec<Count>, Error> {
    tx.all(sql("SELECT counted, wrong, since, last_at FROM guesses WHERE ").is_in("counted", counted.keys()))
        .await
}

/// Counts a wrong guess on the web, at once and durably.
pub(in crate::sign_in) async fn count_wrong_guess(
    core: &Core,
    counted: &Counted,
    known: bool,
) -> Result<(), Error> {
    let mut tx = core.write(&Caller::system("guesses")).await?;
    for key in counted.to_count(known) {
        count_in(&mut tx, key).await?;
    }
    tx.commit(Events::none("a wrong guess is counted")).await
}

/// Counts one more of something within this transaction: how many it is in its window. The statement itself adds, so
/// none of several at once is lost.
pub(in crate::sign_in) async fn count_in(tx: &mut WriteTx, key: &str) -> Result<i64, Error> {
    let now = tx.now();
    let (begins, ends) = (now.before(limits::GUESS_WINDOW), now.after(limits::GUESS_WINDOW));
    let statement = sql(
        "INSERT INTO guesses (counted, wrong, since, last_at) VALUES ($, 1, $, $) ON CONFLICT (counted) DO UPDATE \
         SET wrong = CASE WHEN guesses.since > $ AND guesses.since < $ THEN guesses.wrong + 1 ELSE 1 END, \
         since = CASE WHEN guesses.since > $ AND guesses.since < $ THEN guesses.since ELSE excluded.since END, \
         last_at = excluded.last_at RETURNING wrong",
    )
    .bind(key)
    .bind(now)
    .bind(now)
    .bind(begins)
    .bind(ends)
    .bind(begins)
    .bind(ends);
    let (wrong,): (i64,) = tx.one(statement).await?;
    Ok(wrong)
}

fn upsert_guess(insert: Sql, count: &Count) -> Sql {
    insert
        .bind(&count.counted)
        .bind(count.wrong)
        .bind(count.since)
        .bind(count.last_at)
        .push(" ON CONFLICT (counted) DO UPDATE SET wrong = excluded.wrong, since = excluded.since, last_at = excluded.last_at")
}

/// Forgets the pair's wrong guesses after a full success.
pub(in crate::sign_in) async fn forget_guesses(tx: &mut WriteTx, counted: &Counted) -> Result<(), Error> {
    tx.run(sql("DELETE FROM guesses WHERE counted = $").bind(&counted.pair)).await.map(drop)
}

/// The same, where nothing else is written.
pub(in crate::sign_in) async fn forget_guesses_of(core: &Core, counted: &Counted) -> Result<(), Error> {
    let mut tx = core.write(&Caller::system("guesses")).await?;
    forget_guesses(&mut tx, counted).await?;
    tx.commit(Events::none("wrong guesses are forgotten after a full success")).await
}

pub(in crate::sign_in) fn note_mail_guess(core: &Core, count: &Count) {
    core.db().telemetry().note(upsert_guess(
        sql("INSERT INTO mail_guesses (counted, wrong, since, last_at) VALUES ($, $, $, $)"),
        count,
    ));
}

pub(in crate::sign_in) fn forget_mail_guess(core: &Core, counted: &Counted) {
    core.db().telemetry().note(sql("DELETE FROM mail_guesses WHERE counted = $").bind(&counted.pair));
}

/// What was guessed over mail protocols before a restart.
pub(in crate::sign_in) async fn noted_mail_guesses(core: &Core) -> Result<Vec<Count>, Error> {
    let since = core.ground().clock.now().before(limits::GUESS_WINDOW);
    let mut tx = core.db().read_telemetry().await?;
    tx.all(sql("SELECT counted, wrong, since, last_at FROM mail_guesses WHERE last_at > $ ORDER BY last_at DESC LIMIT 100000").bind(since)).await
}

/// Notes an attempt to sign in.
pub(in crate::sign_in) fn note_sign_in(
    core: &Core,
    way: Way,
    name: &str,
    credential: Option<&Credential>,
    address: ClientAddress,
    result: &'static str,
) {
    let now = core.ground().clock.now();
    let telemetry = core.db().telemetry();
    telemetry.note(
        sql("INSERT INTO sign_ins (at, realm, protocol, login_id, tenant_id, domain_id, mailbox_id, name, client_address, result) VALUES ($, $, $, $, $, $, $, $, $, $)")
            .bind(now)
            .bind(way.realm().key())
            .bind(way.key())
            .bind(credential.map(|credential| credential.login))
            .bind(credential.and_then(|credential| credential.tenant))
            .bind(credential.and_then(|credential| credential.domain))
            .bind(credential.and_then(|credential| credential.mailbox))
            .bind(name)
            .bind(address)
            .bind(result),
    );
    if let (Some(credential), "ok") = (credential, result) {
        telemetry.note(
            sql("INSERT INTO last_sign_ins (login_id, mailbox_id, at, protocol, client_address) VALUES ($, $, $, $, $) \
                 ON CONFLICT (login_id) DO UPDATE SET at = excluded.at, protocol = excluded.protocol, client_address = excluded.client_address")
            .bind(credential.login)
            .bind(credential.mailbox)
            .bind(now)
            .bind(way.key())
            .bind(address),
        );
    }
}
