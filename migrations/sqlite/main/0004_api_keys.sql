-- Keys to the API: what a program brings instead of a password. A key holds a part of what its login holds at the moment it is used.
-- It is stopped, and not removed, where its login gets a new password: what was chosen for it stays to be renewed.

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login_id INTEGER NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    tenant_id INTEGER REFERENCES tenants (id),
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    hint TEXT NOT NULL,
    permissions TEXT NOT NULL,
    domains_only BOOLEAN NOT NULL,
    networks_only BOOLEAN NOT NULL,
    expires_at INTEGER,
    stopped_at INTEGER,
    created_at INTEGER NOT NULL,
    made_by INTEGER,
    made_by_name TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX api_keys_token ON api_keys (token_hash);
CREATE UNIQUE INDEX api_keys_name ON api_keys (login_id, name);
CREATE INDEX api_keys_tenant ON api_keys (tenant_id, id);

CREATE TABLE api_key_networks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key_id INTEGER NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    description TEXT NOT NULL
);
CREATE UNIQUE INDEX api_key_networks_key ON api_key_networks (key_id, network);

CREATE TABLE api_key_domains (
    key_id INTEGER NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    domain_id INTEGER NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    PRIMARY KEY (key_id, domain_id)
);
CREATE INDEX api_key_domains_domain ON api_key_domains (domain_id);
