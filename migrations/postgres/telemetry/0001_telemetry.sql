-- Telemetry: what nobody waits for, in a file of its own so that it never delays a change.

CREATE TABLE sign_ins (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    realm TEXT COLLATE "C" NOT NULL,
    protocol TEXT COLLATE "C" NOT NULL,
    login_id BIGINT,
    tenant_id BIGINT,
    domain_id BIGINT,
    mailbox_id BIGINT,
    name TEXT COLLATE "C" NOT NULL,
    client_address TEXT COLLATE "C" NOT NULL,
    result TEXT COLLATE "C" NOT NULL
);
CREATE INDEX sign_ins_login ON sign_ins (login_id, id);
CREATE INDEX sign_ins_at ON sign_ins (at);

CREATE TABLE last_sign_ins (
    login_id BIGINT NOT NULL,
    mailbox_id BIGINT,
    at BIGINT NOT NULL,
    protocol TEXT COLLATE "C" NOT NULL,
    client_address TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (login_id)
);
CREATE UNIQUE INDEX last_sign_ins_mailbox ON last_sign_ins (mailbox_id) WHERE mailbox_id IS NOT NULL;

CREATE TABLE refusals (
    hour BIGINT NOT NULL,
    login_id BIGINT NOT NULL,
    tenant_id BIGINT,
    action TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    count BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    client_address TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (hour, login_id, action, code)
);

CREATE TABLE mail_guesses (
    counted TEXT COLLATE "C" NOT NULL,
    wrong BIGINT NOT NULL,
    since BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (counted)
);

CREATE TABLE log_spools (
    source TEXT COLLATE "C" NOT NULL,
    next_line BIGINT NOT NULL,
    PRIMARY KEY (source)
);

CREATE TABLE mail_messages (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    direction TEXT COLLATE "C" NOT NULL,
    sender TEXT COLLATE "C",
    login TEXT COLLATE "C",
    client_address TEXT COLLATE "C",
    message_id TEXT COLLATE "C",
    size BIGINT,
    recipients BIGINT,
    ended_at BIGINT
);
CREATE UNIQUE INDEX mail_messages_queue ON mail_messages (queue_id);
CREATE INDEX mail_messages_at ON mail_messages (at);

CREATE TABLE mail_deliveries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue_id TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    recipient_domain TEXT COLLATE "C" NOT NULL,
    original_recipient TEXT COLLATE "C",
    at BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    dsn TEXT COLLATE "C" NOT NULL,
    relay TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX mail_deliveries_recipient ON mail_deliveries (queue_id, recipient);
CREATE INDEX mail_deliveries_domain ON mail_deliveries (recipient_domain, at);
CREATE INDEX mail_deliveries_at ON mail_deliveries (at);

CREATE TABLE mail_rejections (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    listener TEXT COLLATE "C" NOT NULL,
    client_address TEXT COLLATE "C" NOT NULL,
    sender TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    recipient_domain TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL
);
CREATE INDEX mail_rejections_domain ON mail_rejections (recipient_domain, at);
CREATE INDEX mail_rejections_at ON mail_rejections (at);
