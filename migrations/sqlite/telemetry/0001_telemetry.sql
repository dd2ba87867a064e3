-- Telemetry: what nobody waits for, in a file of its own so that it never delays a change.

CREATE TABLE sign_ins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    realm TEXT NOT NULL,
    protocol TEXT NOT NULL,
    login_id INTEGER,
    tenant_id INTEGER,
    domain_id INTEGER,
    mailbox_id INTEGER,
    name TEXT NOT NULL,
    client_address TEXT NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX sign_ins_login ON sign_ins (login_id, id);
CREATE INDEX sign_ins_at ON sign_ins (at);

CREATE TABLE last_sign_ins (
    login_id INTEGER NOT NULL,
    mailbox_id INTEGER,
    at INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    client_address TEXT NOT NULL,
    PRIMARY KEY (login_id)
);
CREATE UNIQUE INDEX last_sign_ins_mailbox ON last_sign_ins (mailbox_id) WHERE mailbox_id IS NOT NULL;

CREATE TABLE refusals (
    hour INTEGER NOT NULL,
    login_id INTEGER NOT NULL,
    tenant_id INTEGER,
    action TEXT NOT NULL,
    code TEXT NOT NULL,
    count INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    client_address TEXT NOT NULL,
    PRIMARY KEY (hour, login_id, action, code)
);

CREATE TABLE mail_guesses (
    counted TEXT NOT NULL,
    wrong INTEGER NOT NULL,
    since INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (counted)
);

CREATE TABLE log_spools (
    source TEXT NOT NULL,
    next_line INTEGER NOT NULL,
    PRIMARY KEY (source)
);

CREATE TABLE mail_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    direction TEXT NOT NULL,
    sender TEXT,
    login TEXT,
    client_address TEXT,
    message_id TEXT,
    size INTEGER,
    recipients INTEGER,
    ended_at INTEGER
);
CREATE UNIQUE INDEX mail_messages_queue ON mail_messages (queue_id);
CREATE INDEX mail_messages_at ON mail_messages (at);

CREATE TABLE mail_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_domain TEXT NOT NULL,
    original_recipient TEXT,
    at INTEGER NOT NULL,
    status TEXT NOT NULL,
    dsn TEXT NOT NULL,
    relay TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE UNIQUE INDEX mail_deliveries_recipient ON mail_deliveries (queue_id, recipient);
CREATE INDEX mail_deliveries_domain ON mail_deliveries (recipient_domain, at);
CREATE INDEX mail_deliveries_at ON mail_deliveries (at);

CREATE TABLE mail_rejections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    listener TEXT NOT NULL,
    client_address TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    recipient_domain TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX mail_rejections_domain ON mail_rejections (recipient_domain, at);
CREATE INDEX mail_rejections_at ON mail_rejections (at);
