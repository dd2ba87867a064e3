-- How much mail each mailbox holds, as the mail servers say after every change. Tenant, domain and quota are copies, so
-- that those nearly full can be counted and listed here; what a recipient may take is decided by the quota in the main database.

CREATE TABLE mailbox_usage (
    mailbox_id BIGINT NOT NULL,
    tenant_id BIGINT NOT NULL,
    domain_id BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    quota BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (mailbox_id)
);
CREATE INDEX mailbox_usage_nearly_full ON mailbox_usage (tenant_id, domain_id, mailbox_id) WHERE bytes * 10 > quota * 9;
