-- When and from where each key to the API was used last.

CREATE TABLE key_uses (
    key_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    client_address TEXT NOT NULL,
    PRIMARY KEY (key_id)
);
