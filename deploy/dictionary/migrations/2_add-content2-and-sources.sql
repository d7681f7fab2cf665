-- Where the upgrades write. Without a default no row is rewritten: this takes milliseconds on any
-- table. It waits for whoever reads the table, at most --lock-timeout at a time.
ALTER TABLE article
    ADD COLUMN content2 jsonb, -- [{"text": "See "}, {"text": "Column", "link": "Column"}]
    ADD COLUMN sources text[];
