-- Where the upgrades write. Without a default no row is rewritten: this takes milliseconds on any
-- table, but it waits for whoever reads the table, and makes everybody wait who comes later.
SET lock_timeout = '2s';
ALTER TABLE article
    ADD COLUMN content2 jsonb, -- [{"text": "See "}, {"text": "Column", "link": "Column"}]
    ADD COLUMN sources text[];
