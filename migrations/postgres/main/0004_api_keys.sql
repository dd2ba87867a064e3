-- Keys to the API: what a program brings instead of a password. A key holds a part of what its login holds at the moment it is used.
-- It is stopped, and not removed, where its login gets a new password: what was chosen for it stays to be renewed.

CREATE TABLE api_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login_id BIGINT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    tenant_id BIGINT REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    token_hash BYTEA NOT NULL,
    hint TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL,
    domains_only BOOLEAN NOT NULL,
    networks_only BOOLEAN NOT NULL,
    expires_at BIGINT,
    stopped_at BIGINT,
    created_at BIGINT NOT NULL,
    made_by BIGINT,
    made_by_name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX api_keys_token ON api_keys (token_hash);
CREATE UNIQUE INDEX api_keys_name ON api_keys (login_id, name);
CREATE INDEX api_keys_tenant ON api_keys (tenant_id, id);

CREATE TABLE api_key_networks (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id BIGINT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    network TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX api_key_networks_key ON api_key_networks (key_id, network);

CREATE TABLE api_key_domains (
    key_id BIGINT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    domain_id BIGINT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    PRIMARY KEY (key_id, domain_id)
);
CREATE INDEX api_key_domains_domain ON api_key_domains (domain_id);
