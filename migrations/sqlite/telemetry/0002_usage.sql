-- How much mail each mailbox holds, as the mail servers say after every change. Tenant, domain and quota are copies, so
-- that those nearly full can be counted and listed here; what a recipient may take is decided by the quota in the main database.

CREATE TABLE mailbox_usage (
    mailbox_id INTEGER NOT NULL,
    tenant_id INTEGER NOT NULL,
    domain_id INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    quota INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (mailbox_id)
);
CREATE INDEX mailbox_usage_nearly_full ON mailbox_usage (tenant_id, domain_id, mailbox_id) WHERE bytes * 10 > quota * 9;
