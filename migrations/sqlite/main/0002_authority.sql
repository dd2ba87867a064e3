-- Powers handed on: what a Sub-Admin was given, from where it may be used, and who acts as whom.

ALTER TABLE grants ADD COLUMN permissions TEXT NOT NULL DEFAULT '';

ALTER TABLE logins ADD COLUMN networks_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE logins ADD COLUMN api_access BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE logins ADD COLUMN api_purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE logins ADD COLUMN unlimited BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE logins ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
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
