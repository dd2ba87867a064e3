-- Files of users and aliases: read, checked, and done row by row in the background.

CREATE TABLE imports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    login_id BIGINT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    key_id BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    file_name TEXT COLLATE "C" NOT NULL,
    client_address TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    rows_read BIGINT NOT NULL DEFAULT 0,
    rows_good BIGINT NOT NULL DEFAULT 0,
    rows_wrong BIGINT NOT NULL DEFAULT 0,
    rows_done BIGINT NOT NULL DEFAULT 0,
    rows_failed BIGINT NOT NULL DEFAULT 0,
    invitations BIGINT NOT NULL DEFAULT 0,
    wanted TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    storage BIGINT NOT NULL DEFAULT 0,
    error_code TEXT COLLATE "C" NOT NULL DEFAULT '',
    error_args TEXT COLLATE "C" NOT NULL DEFAULT '',
    lease TEXT COLLATE "C",
    leased_until BIGINT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    touched_at BIGINT NOT NULL
);
CREATE INDEX imports_login ON imports (login_id, id);
CREATE INDEX imports_tenant ON imports (tenant_id, started_at);
CREATE INDEX imports_at_work ON imports (id) WHERE state IN ('checking', 'running');
CREATE INDEX imports_touched ON imports (state, touched_at);

-- What a file said, row by row. A password lies here sealed, and only until its row is at its end.
CREATE TABLE import_rows (
    import_id BIGINT NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    cells TEXT COLLATE "C" NOT NULL,
    sealed BYTEA,
    error_code TEXT COLLATE "C" NOT NULL DEFAULT '',
    error_field TEXT COLLATE "C" NOT NULL DEFAULT '',
    error_args TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (import_id, number)
);
CREATE INDEX import_rows_state ON import_rows (import_id, state, number);
CREATE INDEX import_rows_address ON import_rows (import_id, address, number);
