-- The ground: who there is, what they may do, what they did, and what is still to be done outside.

CREATE TABLE tenants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    status TEXT NOT NULL,
    max_users INTEGER NOT NULL,
    max_storage INTEGER NOT NULL,
    max_domains INTEGER NOT NULL,
    users_used INTEGER NOT NULL DEFAULT 0 CHECK (users_used >= 0),
    storage_used INTEGER NOT NULL DEFAULT 0 CHECK (storage_used >= 0),
    domains_used INTEGER NOT NULL DEFAULT 0 CHECK (domains_used >= 0),
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX tenants_name ON tenants (name_key);

CREATE TABLE domains (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    name TEXT NOT NULL,
    skeleton TEXT NOT NULL,
    status TEXT NOT NULL,
    proof TEXT NOT NULL,
    held BOOLEAN NOT NULL,
    verified_at INTEGER,
    checked_at INTEGER,
    time_zone TEXT NOT NULL,
    catch_all TEXT NOT NULL,
    catch_all_mailbox_id INTEGER,
    users_used INTEGER NOT NULL DEFAULT 0 CHECK (users_used >= 0),
    storage_used INTEGER NOT NULL DEFAULT 0 CHECK (storage_used >= 0),
    aliases_used INTEGER NOT NULL DEFAULT 0 CHECK (aliases_used >= 0),
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX domains_tenant_name ON domains (tenant_id, name);
CREATE UNIQUE INDEX domains_held_name ON domains (name) WHERE held;
CREATE INDEX domains_skeleton ON domains (skeleton);
CREATE INDEX domains_pending ON domains (created_at) WHERE status = 'pending';

CREATE TABLE mailboxes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    domain_id INTEGER NOT NULL REFERENCES domains (id),
    local_part TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    quota INTEGER NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX mailboxes_in_domain ON mailboxes (domain_id, local_part, id);
CREATE INDEX mailboxes_in_tenant ON mailboxes (tenant_id, domain_id, local_part, id);
CREATE INDEX mailboxes_by_name ON mailboxes (tenant_id, name_key, id);
CREATE INDEX mailboxes_by_address ON mailboxes (tenant_id, local_part, id);
CREATE INDEX mailboxes_by_status ON mailboxes (tenant_id, status, domain_id, local_part, id);

CREATE TABLE aliases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    domain_id INTEGER NOT NULL REFERENCES domains (id),
    local_part TEXT NOT NULL,
    address TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX aliases_in_domain ON aliases (domain_id, local_part, id);
CREATE INDEX aliases_in_tenant ON aliases (tenant_id, domain_id, local_part, id);
CREATE INDEX aliases_by_address ON aliases (tenant_id, address);

CREATE TABLE alias_targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alias_id INTEGER NOT NULL REFERENCES aliases (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    address TEXT NOT NULL
);
CREATE UNIQUE INDEX alias_targets_alias ON alias_targets (alias_id, address);
CREATE INDEX alias_targets_address ON alias_targets (address);

CREATE TABLE addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    domain_id INTEGER NOT NULL REFERENCES domains (id),
    local_part TEXT NOT NULL,
    kind TEXT NOT NULL,
    mailbox_id INTEGER,
    alias_id INTEGER,
    rests_until INTEGER,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX addresses_in_domain ON addresses (domain_id, local_part);
CREATE INDEX addresses_resting ON addresses (tenant_id, rests_until) WHERE kind = 'resting';

CREATE TABLE logins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    realm TEXT NOT NULL,
    name TEXT NOT NULL,
    full_name TEXT NOT NULL,
    tenant_id INTEGER REFERENCES tenants (id),
    domain_id INTEGER REFERENCES domains (id),
    mailbox_id INTEGER REFERENCES mailboxes (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    password TEXT,
    password_one_time BOOLEAN NOT NULL DEFAULT FALSE,
    password_at INTEGER,
    recovery_address TEXT,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX logins_name ON logins (realm, name);
CREATE INDEX logins_tenant ON logins (tenant_id, realm);
CREATE UNIQUE INDEX logins_mailbox ON logins (mailbox_id) WHERE mailbox_id IS NOT NULL;
CREATE INDEX logins_domain ON logins (domain_id) WHERE domain_id IS NOT NULL;
CREATE INDEX logins_recovery ON logins (recovery_address) WHERE recovery_address IS NOT NULL;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL,
    login_id INTEGER NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    realm TEXT NOT NULL,
    client_address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_login ON sessions (login_id, last_seen_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE one_time_links (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL,
    purpose TEXT NOT NULL,
    login_id INTEGER REFERENCES logins (id) ON DELETE CASCADE,
    sent_to TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX one_time_links_token ON one_time_links (token_hash);
CREATE INDEX one_time_links_login ON one_time_links (login_id, created_at);

CREATE TABLE grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login_id INTEGER NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    scope_kind TEXT NOT NULL,
    scope_id INTEGER NOT NULL,
    tenant_id INTEGER REFERENCES tenants (id),
    given_by INTEGER,
    given_by_name TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    expires_at INTEGER
);
CREATE INDEX grants_login ON grants (login_id);
CREATE INDEX grants_tenant ON grants (tenant_id) WHERE tenant_id IS NOT NULL;

CREATE TABLE guesses (
    counted TEXT NOT NULL,
    wrong INTEGER NOT NULL,
    since INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (counted)
);
CREATE INDEX guesses_last ON guesses (last_at);

CREATE TABLE known_networks (
    login_id INTEGER NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (login_id, network)
);

CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    tenant_id INTEGER,
    domain_id INTEGER,
    actor_login_id INTEGER,
    actor_kind TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    detail_hash BLOB NOT NULL
);
CREATE INDEX audit_events_tenant ON audit_events (tenant_id, id);
CREATE INDEX audit_events_object ON audit_events (object_kind, object_id, id);

CREATE TABLE audit_details (
    event_id INTEGER NOT NULL,
    salt BLOB NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (event_id)
);

CREATE TABLE audit_pending (
    event_id INTEGER NOT NULL,
    PRIMARY KEY (event_id)
);

CREATE TABLE audit_seals (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    hash BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE UNIQUE INDEX audit_seals_event ON audit_seals (event_id);

-- On this engine nothing but a trigger can make rows append-only; on PostgreSQL privileges do.
CREATE TRIGGER audit_events_are_not_changed BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
CREATE TRIGGER audit_events_are_not_removed BEFORE DELETE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
CREATE TRIGGER audit_seals_are_not_changed BEFORE UPDATE ON audit_seals
BEGIN SELECT RAISE(ABORT, 'audit seals are append-only'); END;
CREATE TRIGGER audit_seals_are_not_removed BEFORE DELETE ON audit_seals
BEGIN SELECT RAISE(ABORT, 'audit seals are append-only'); END;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    job_key TEXT NOT NULL,
    payload BLOB NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease TEXT,
    leased_until INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    done_at INTEGER
);
CREATE UNIQUE INDEX outbox_key ON outbox (kind, job_key);
CREATE INDEX outbox_due ON outbox (state, due_at);

CREATE TABLE leases (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE installation (
    id INTEGER NOT NULL CHECK (id = 1),
    key_check BLOB NOT NULL,
    PRIMARY KEY (id)
);
