-- What requests with an Idempotency-Key were answered: in the transaction of the change itself, so that a request sent again is carried out once.

CREATE TABLE idempotency_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login_id BIGINT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    status BIGINT,
    answer BYTEA,
    location TEXT COLLATE "C",
    etag TEXT COLLATE "C",
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX idempotency_keys_login ON idempotency_keys (login_id, idempotency_key);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
