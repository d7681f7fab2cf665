-- The table as the dictionary had it first: an article is one long text.
CREATE TABLE article (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    headline text NOT NULL,
    content text NOT NULL,
    status text NOT NULL,
    applied_upgrades text[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 85); -- room for the new version of a row beside the old one

CREATE INDEX article_headline ON article (lower(headline));

COMMENT ON TABLE article IS 'sample of Rowbot: the Collaborative International Dictionary of English';
