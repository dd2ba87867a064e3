-- Search within addresses and names: groups of three letters as words of a full-text index, beside where the mailbox lies.

CREATE TABLE mailbox_search (
    rowid BIGINT PRIMARY KEY,
    of_tenant BIGINT NOT NULL,
    words TSVECTOR NOT NULL
);
INSERT INTO mailbox_search (rowid, of_tenant, words)
SELECT m.id, m.tenant_id, CAST('t' || m.tenant_id || ' d' || m.domain_id || ' ' || coalesce((
    SELECT string_agg('g' || encode(convert_to(substr(t.text, p.place, 3), 'UTF8'), 'hex'), ' ')
    FROM (VALUES (m.address), (m.name_key)) AS t (text), generate_series(1, length(t.text) - 2) AS p (place)
), '') AS TSVECTOR)
FROM mailboxes m;
CREATE INDEX mailbox_search_words ON mailbox_search USING gin (words) WITH (fastupdate = off);
CREATE INDEX mailbox_search_tenant ON mailbox_search (of_tenant, rowid);

CREATE INDEX mailboxes_name_in_domain ON mailboxes (domain_id, name_key, id);
