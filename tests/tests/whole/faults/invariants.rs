//! What must hold after whatever went wrong.

use bailiwick_tests::installation::Installation;

/// A query and what it finds: nothing, when all is well.
const HALF_THERE: [(&str, &str); 7] = [
    (
        "users without their login or address",
        "SELECT m.address FROM mailboxes m WHERE \
         (SELECT count(*) FROM logins l WHERE l.mailbox_id = m.id AND l.name = m.address) <> 1 OR \
         (SELECT count(*) FROM addresses a WHERE a.mailbox_id = m.id AND a.local_part = m.local_part) <> 1",
    ),
    (
        "aliases without their address or target",
        "SELECT a.id FROM aliases a WHERE \
         (SELECT count(*) FROM addresses x WHERE x.alias_id = a.id AND x.kind = 'alias') <> 1 OR \
         NOT EXISTS (SELECT 1 FROM alias_targets t WHERE t.alias_id = a.id)",
    ),
    (
        "addresses of nobody",
        "SELECT id FROM addresses WHERE kind = 'mailbox' AND (mailbox_id IS NULL OR mailbox_id NOT IN (SELECT id FROM mailboxes))",
    ),
    (
        "entries without their detail, or neither sealed nor waiting for it",
        "SELECT e.id FROM audit_events e WHERE NOT EXISTS (SELECT 1 FROM audit_details d WHERE d.event_id = e.id) OR \
         (NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.event_id = e.id) AND \
          NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.event_id = e.id))",
    ),
    (
        "entries sealed twice, or places of a chain taken twice",
        "SELECT s.event_id FROM audit_seals s GROUP BY s.event_id HAVING count(*) > 1",
    ),
    (
        "jobs lent without a lease, or done without a time",
        "SELECT id FROM outbox WHERE (state = 'leased' AND (lease IS NULL OR leased_until IS NULL)) OR \
         (state = 'done' AND done_at IS NULL)",
    ),
    ("sessions of nobody", "SELECT id FROM sessions WHERE login_id NOT IN (SELECT id FROM logins)"),
];

/// Used and counted, for each domain and its tenant. Only for tenants with one domain.
const COUNTERS: &str = "SELECT (SELECT CAST(sum(l.used) AS BIGINT) FROM licences l WHERE l.tenant_id = t.id), d.users_used, \
     t.storage_used, d.storage_used, count(m.id), CAST(coalesce(sum(m.quota), 0) AS BIGINT) FROM tenants t JOIN domains d ON d.tenant_id = t.id \
     LEFT JOIN mailboxes m ON m.domain_id = d.id GROUP BY t.id, d.id";

/// Things, and what the history says was added and removed, in pairs.
const ADDED: &str = "SELECT (SELECT count(*) FROM mailboxes), \
     (SELECT count(*) FROM audit_events WHERE action = 'mailbox.add') - \
     (SELECT count(*) FROM audit_events WHERE action = 'mailbox.remove'), (SELECT count(*) FROM aliases), \
     (SELECT count(*) FROM audit_events WHERE action = 'alias.add') - \
     (SELECT count(*) FROM audit_events WHERE action = 'alias.remove')";

/// Chains of the history whose places are not one after the other, from the first.
const GAPS: &str = "SELECT chain, count(*), min(seq), max(seq) FROM audit_seals GROUP BY chain \
     HAVING count(*) <> max(seq) OR min(seq) <> 1";

/// Whatever was done was done whole.
pub(super) async fn nothing_is_half_there(house: &Installation) {
    for (what, query) in HALF_THERE {
        let found = house.data(query).await;
        assert!(found.is_empty(), "{what}: {found:?}");
    }
    for row in house.data(ADDED).await {
        assert!(row[0] == row[1] && row[2] == row[3], "added: {row:?}");
    }
    for row in house.data(COUNTERS).await {
        assert!(
            row[0] == row[4] && row[1] == row[4] && row[2] == row[5] && row[3] == row[5],
            "counters: {row:?}"
        );
    }
}

/// Users whom the index for searching does not know, and others whom only it knows.
const SEARCH: &str = "SELECT id FROM mailboxes WHERE id NOT IN (SELECT rowid FROM mailbox_search) UNION ALL \
     SELECT rowid FROM mailbox_search WHERE rowid NOT IN (SELECT id FROM mailboxes)";

/// The same, and the chains verify, and the files are sound.
pub(super) async fn everything_is_whole(house: &Installation) {
    nothing_is_half_there(house).await;
    if house.folder().join("bailiwick.db").exists() {
        assert_eq!(house.data("PRAGMA integrity_check").await, [["ok"]]);
    }
    assert_eq!(house.data(SEARCH).await, Vec::<Vec<String>>::new(), "the index for searching agrees");
    assert_eq!(house.data(GAPS).await, Vec::<Vec<String>>::new(), "no gap and no fork");
    house.cli(&["history", "verify"]).await;
}
