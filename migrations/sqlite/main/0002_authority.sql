-- Powers handed on: what a Sub-Admin was given, from where it may be used, and who acts as whom.

ALTER TABLE grants ADD COLUMN permissions TEXT NOT NULL DEFAULT '';

ALTER TABLE logins ADD COLUMN networks_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE logins ADD COLUMN networks_by_admin BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE logins ADD COLUMN api_access BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE logins ADD COLUMN api_purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE logins ADD COLUMN unlimited BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE logins ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE logins ADD COLUMN proven_address TEXT;
CREATE INDEX logins_people_recovery ON logins (recovery_address) WHERE realm <> 'mailbox' AND recovery_address IS NOT NULL;

CREATE TABLE login_networks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login_id INTEGER NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX login_networks_login ON login_networks (login_id, network);

ALTER TABLE sessions ADD COLUMN parent_session_id INTEGER REFERENCES sessions (id) ON DELETE CASCADE;
ALTER TABLE sessions ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_parent ON sessions (parent_session_id) WHERE parent_session_id IS NOT NULL;

ALTER TABLE one_time_links ADD COLUMN parent_session_id INTEGER REFERENCES sessions (id) ON DELETE CASCADE;
ALTER TABLE one_time_links ADD COLUMN reason TEXT NOT NULL DEFAULT '';

ALTER TABLE audit_events ADD COLUMN real_login_id INTEGER;
ALTER TABLE audit_events ADD COLUMN real_kind TEXT;

-- When it last came in on the web: whoever never did is not warned of the first time.
ALTER TABLE logins ADD COLUMN signed_in_at INTEGER;

CREATE TABLE impersonations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    login_id INTEGER NOT NULL,
    login_name TEXT NOT NULL,
    real_login_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    ended_at INTEGER
);
CREATE UNIQUE INDEX impersonations_session ON impersonations (session_id);
CREATE INDEX impersonations_open ON impersonations (id) WHERE ended_at IS NULL;

CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    kind TEXT NOT NULL,
    login_id INTEGER NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    status TEXT NOT NULL,
    asked_by INTEGER,
    asked_by_name TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    closed_by_name TEXT NOT NULL DEFAULT '',
    closed_at INTEGER,
    answer TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX tasks_open ON tasks (login_id, kind) WHERE status = 'open';
CREATE INDEX tasks_status ON tasks (status, id);
CREATE INDEX tasks_login ON tasks (login_id, id);

-- What the history is looked through by. Names lie beside the detail, so that a lawful erasure takes them too.
ALTER TABLE audit_details ADD COLUMN actor_key TEXT;
ALTER TABLE audit_details ADD COLUMN object_key TEXT;
UPDATE audit_details SET actor_key = lower(json_extract(detail, '$.actor')), object_key = lower(json_extract(detail, '$.object'));
CREATE INDEX audit_details_actor ON audit_details (actor_key, event_id);
CREATE INDEX audit_details_object ON audit_details (object_key, event_id);
CREATE INDEX audit_events_tenant_action ON audit_events (tenant_id, action, id);
CREATE INDEX audit_events_action ON audit_events (action, id);
CREATE INDEX audit_events_domain ON audit_events (domain_id, id);
CREATE INDEX audit_events_actor ON audit_events (actor_login_id, id);
CREATE INDEX audit_events_real ON audit_events (real_login_id, id) WHERE real_login_id IS NOT NULL;
CREATE INDEX audit_events_at ON audit_events (at, id);

-- Where each chain ends, and how much of it was signed in a checkpoint.
CREATE TABLE audit_heads (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    checked_seq INTEGER NOT NULL,
    waiting_since INTEGER,
    checked_at INTEGER,
    PRIMARY KEY (chain)
);
CREATE INDEX audit_heads_waiting ON audit_heads (waiting_since) WHERE waiting_since IS NOT NULL;
INSERT INTO audit_heads (chain, seq, checked_seq, waiting_since)
SELECT chain, max(seq), 0, max(sealed_at) FROM audit_seals GROUP BY chain;
