-- What requests with an Idempotency-Key were answered: in the transaction of the change itself, so that a request sent again is carried out once.

CREATE TABLE idempotency_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    login_id INTEGER NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER,
    answer BLOB,
    location TEXT,
    etag TEXT,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX idempotency_keys_login ON idempotency_keys (login_id, idempotency_key);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
