-- The ground: who there is, what they may do, what they did, and what is still to be done outside.

CREATE TABLE tenants (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    max_users BIGINT NOT NULL,
    max_storage BIGINT NOT NULL,
    max_domains BIGINT NOT NULL,
    users_used BIGINT NOT NULL DEFAULT 0 CHECK (users_used >= 0),
    storage_used BIGINT NOT NULL DEFAULT 0 CHECK (storage_used >= 0),
    domains_used BIGINT NOT NULL DEFAULT 0 CHECK (domains_used >= 0),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tenants_name ON tenants (name_key);

CREATE TABLE domains (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    name TEXT COLLATE "C" NOT NULL,
    skeleton TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    proof TEXT COLLATE "C" NOT NULL,
    held BOOLEAN NOT NULL,
    verified_at BIGINT,
    checked_at BIGINT,
    time_zone TEXT COLLATE "C" NOT NULL,
    catch_all TEXT COLLATE "C" NOT NULL,
    catch_all_mailbox_id BIGINT,
    users_used BIGINT NOT NULL DEFAULT 0 CHECK (users_used >= 0),
    storage_used BIGINT NOT NULL DEFAULT 0 CHECK (storage_used >= 0),
    aliases_used BIGINT NOT NULL DEFAULT 0 CHECK (aliases_used >= 0),
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX domains_tenant_name ON domains (tenant_id, name);
CREATE UNIQUE INDEX domains_held_name ON domains (name) WHERE held;
CREATE INDEX domains_skeleton ON domains (skeleton);
CREATE INDEX domains_pending ON domains (created_at) WHERE status = 'pending';

CREATE TABLE mailboxes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    local_part TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    quota BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX mailboxes_in_domain ON mailboxes (domain_id, local_part, id);
CREATE INDEX mailboxes_in_tenant ON mailboxes (tenant_id, domain_id, local_part, id);
CREATE INDEX mailboxes_by_name ON mailboxes (tenant_id, name_key, id);
CREATE INDEX mailboxes_by_address ON mailboxes (tenant_id, local_part, id);
CREATE INDEX mailboxes_by_status ON mailboxes (tenant_id, status, domain_id, local_part, id);

CREATE TABLE aliases (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    local_part TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX aliases_in_domain ON aliases (domain_id, local_part, id);
CREATE INDEX aliases_in_tenant ON aliases (tenant_id, domain_id, local_part, id);
CREATE INDEX aliases_by_address ON aliases (tenant_id, address);

CREATE TABLE alias_targets (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alias_id BIGINT NOT NULL REFERENCES aliases (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    address TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX alias_targets_alias ON alias_targets (alias_id, address);
CREATE INDEX alias_targets_address ON alias_targets (address);

CREATE TABLE addresses (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    local_part TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    mailbox_id BIGINT,
    alias_id BIGINT,
    rests_until BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX addresses_in_domain ON addresses (domain_id, local_part);
CREATE INDEX addresses_resting ON addresses (tenant_id, rests_until) WHERE kind = 'resting';

CREATE TABLE logins (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    realm TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    full_name TEXT COLLATE "C" NOT NULL,
    tenant_id BIGINT REFERENCES tenants (id),
    domain_id BIGINT REFERENCES domains (id),
    mailbox_id BIGINT REFERENCES mailboxes (id) ON DELETE CASCADE,
    status TEXT COLLATE "C" NOT NULL,
    password TEXT COLLATE "C",
    password_one_time BOOLEAN NOT NULL DEFAULT FALSE,
    password_at BIGINT,
    recovery_address TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX logins_name ON logins (realm, name);
CREATE INDEX logins_tenant ON logins (tenant_id, realm);
CREATE UNIQUE INDEX logins_mailbox ON logins (mailbox_id) WHERE mailbox_id IS NOT NULL;
CREATE INDEX logins_domain ON logins (domain_id) WHERE domain_id IS NOT NULL;
CREATE INDEX logins_recovery ON logins (recovery_address) WHERE recovery_address IS NOT NULL;

CREATE TABLE sessions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    login_id BIGINT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    realm TEXT COLLATE "C" NOT NULL,
    client_address TEXT COLLATE "C" NOT NULL,
    user_agent TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_login ON sessions (login_id, last_seen_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE one_time_links (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    login_id BIGINT REFERENCES logins (id) ON DELETE CASCADE,
    sent_to TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX one_time_links_token ON one_time_links (token_hash);
CREATE INDEX one_time_links_login ON one_time_links (login_id, created_at);

CREATE TABLE grants (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login_id BIGINT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    role TEXT COLLATE "C" NOT NULL,
    scope_kind TEXT COLLATE "C" NOT NULL,
    scope_id BIGINT NOT NULL,
    tenant_id BIGINT REFERENCES tenants (id),
    given_by BIGINT,
    given_by_name TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX grants_login ON grants (login_id);
CREATE INDEX grants_tenant ON grants (tenant_id) WHERE tenant_id IS NOT NULL;

CREATE TABLE guesses (
    counted TEXT COLLATE "C" NOT NULL,
    wrong BIGINT NOT NULL,
    since BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (counted)
);
CREATE INDEX guesses_last ON guesses (last_at);

CREATE TABLE known_networks (
    login_id BIGINT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    network TEXT COLLATE "C" NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (login_id, network)
);

CREATE TABLE audit_events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    tenant_id BIGINT,
    domain_id BIGINT,
    actor_login_id BIGINT,
    actor_kind TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    object_kind TEXT COLLATE "C" NOT NULL,
    object_id TEXT COLLATE "C" NOT NULL,
    detail_hash BYTEA NOT NULL
);
CREATE INDEX audit_events_tenant ON audit_events (tenant_id, id);
CREATE INDEX audit_events_object ON audit_events (object_kind, object_id, id);

CREATE TABLE audit_details (
    event_id BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (event_id)
);

CREATE TABLE audit_pending (
    event_id BIGINT NOT NULL,
    PRIMARY KEY (event_id)
);

CREATE TABLE audit_seals (
    chain BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    sealed_at BIGINT NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE UNIQUE INDEX audit_seals_event ON audit_seals (event_id);

-- Append-only for the application's role; its owner would have to grant itself the right first.
REVOKE UPDATE, DELETE, TRUNCATE ON audit_events, audit_seals FROM CURRENT_USER;

CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    job_key TEXT COLLATE "C" NOT NULL,
    payload BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease TEXT COLLATE "C",
    leased_until BIGINT,
    last_error TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    done_at BIGINT
);
CREATE UNIQUE INDEX outbox_key ON outbox (kind, job_key);
CREATE INDEX outbox_due ON outbox (state, due_at);

CREATE TABLE leases (
    name TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE installation (
    id BIGINT NOT NULL CHECK (id = 1),
    key_check BYTEA NOT NULL,
    PRIMARY KEY (id)
);
