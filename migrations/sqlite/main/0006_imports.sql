-- Files of users and aliases: read, checked, and done row by row in the background.

CREATE TABLE imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id INTEGER NOT NULL REFERENCES tenants (id),
    login_id INTEGER NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    key_id INTEGER,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    client_address TEXT NOT NULL,
    state TEXT NOT NULL,
    rows_read INTEGER NOT NULL DEFAULT 0,
    rows_good INTEGER NOT NULL DEFAULT 0,
    rows_wrong INTEGER NOT NULL DEFAULT 0,
    rows_done INTEGER NOT NULL DEFAULT 0,
    rows_failed INTEGER NOT NULL DEFAULT 0,
    invitations INTEGER NOT NULL DEFAULT 0,
    wanted TEXT NOT NULL DEFAULT '[]',
    storage INTEGER NOT NULL DEFAULT 0,
    error_code TEXT NOT NULL DEFAULT '',
    error_args TEXT NOT NULL DEFAULT '',
    lease TEXT,
    leased_until INTEGER,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    touched_at INTEGER NOT NULL
);
CREATE INDEX imports_login ON imports (login_id, id);
CREATE INDEX imports_tenant ON imports (tenant_id, started_at);
CREATE INDEX imports_at_work ON imports (id) WHERE state IN ('checking', 'running');
CREATE INDEX imports_touched ON imports (state, touched_at);

-- What a file said, row by row. A password lies here sealed, and only until its row is at its end.
CREATE TABLE import_rows (
    import_id INTEGER NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    domain TEXT NOT NULL,
    address TEXT NOT NULL,
    cells TEXT NOT NULL,
    sealed BLOB,
    error_code TEXT NOT NULL DEFAULT '',
    error_field TEXT NOT NULL DEFAULT '',
    error_args TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (import_id, number)
);
CREATE INDEX import_rows_state ON import_rows (import_id, state, number);
CREATE INDEX import_rows_address ON import_rows (import_id, address, number);
