-- What a migration of every day looks like.
CREATE TABLE article (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- from 1; ascending
    status text NOT NULL DEFAULT 'draft; new' CHECK (status <> ''),
    sources jsonb NOT NULL DEFAULT '{"a": ";"}'::jsonb,
    price numeric(10, 2) DEFAULT 1.5e-3
);
COMMENT ON TABLE article IS 'the writer''s; "words"';
CREATE INDEX ON article USING gin ((sources -> 'a')) WHERE sources ? 'a' AND NOT sources @> '{}';
INSERT INTO article (status) VALUES ('größer; 日本語'), (E'tab\t;'), (U&'\00e4;');
UPDATE article SET status = upper(status) WHERE id % 2 = 0 AND id <@ int8range(1, 10);
SELECT id::text, sources #>> '{a,b}', ARRAY[1, 2][1:2], 'x' ~ E'^\\w+;$' FROM article;
