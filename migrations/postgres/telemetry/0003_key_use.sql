-- When and from where each key to the API was used last.

CREATE TABLE key_uses (
    key_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    client_address TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (key_id)
);
