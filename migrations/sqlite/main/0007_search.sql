-- Search within addresses and names: groups of three letters as words of a full-text index, beside where the mailbox lies.

CREATE VIRTUAL TABLE mailbox_search USING fts5 (words, tokenize = 'ascii', content = '', contentless_delete = 1, detail = none);
INSERT INTO mailbox_search (rowid, words)
SELECT id, 't' || tenant_id || ' d' || domain_id || coalesce((
    WITH RECURSIVE grams (text, place) AS (
        SELECT m.address, 1 UNION ALL SELECT m.name_key, 1
        UNION ALL SELECT text, place + 1 FROM grams WHERE place + 3 <= length(text)
    )
    SELECT group_concat(' g' || lower(hex(substr(text, place, 3))), '') FROM grams WHERE length(text) > 2
), '') FROM mailboxes m;

CREATE INDEX mailboxes_name_in_domain ON mailboxes (domain_id, name_key, id);
