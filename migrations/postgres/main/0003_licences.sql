-- What kinds of users the installation offers, how many of each a tenant may have, and which kind each user is.

CREATE TABLE mailbox_types (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    max_quota BIGINT CHECK (max_quota > 0),
    position BIGINT NOT NULL,
    offered BOOLEAN NOT NULL DEFAULT TRUE,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX mailbox_types_name ON mailbox_types (name_key);
INSERT INTO mailbox_types (name, name_key, position) VALUES ('Standard', 'standard', 1);

-- More may be used than licensed: by programs that staff lets create without the limit.
CREATE TABLE licences (
    tenant_id BIGINT NOT NULL REFERENCES tenants (id),
    type_id BIGINT NOT NULL REFERENCES mailbox_types (id),
    licensed BIGINT NOT NULL CHECK (licensed >= 0),
    used BIGINT NOT NULL DEFAULT 0 CHECK (used >= 0),
    PRIMARY KEY (tenant_id, type_id)
);
CREATE INDEX licences_type ON licences (type_id, tenant_id);
INSERT INTO licences (tenant_id, type_id, licensed, used)
SELECT t.id, y.id, t.max_users, t.users_used FROM tenants t, mailbox_types y;

-- As on the other engine, which adds a column that refers to another table only if it may be null.
ALTER TABLE mailboxes ADD COLUMN type_id BIGINT REFERENCES mailbox_types (id);
UPDATE mailboxes SET type_id = (SELECT id FROM mailbox_types);
ALTER TABLE mailboxes ADD CONSTRAINT mailboxes_type CHECK (type_id IS NOT NULL);
CREATE INDEX mailboxes_by_type ON mailboxes (tenant_id, type_id, domain_id, local_part, id);

ALTER TABLE tenants DROP COLUMN max_users;
ALTER TABLE tenants DROP COLUMN users_used;
