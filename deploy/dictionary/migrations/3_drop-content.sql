-- rowbot: requires article/content-to-blocks, article/sources-from-tags
-- Both read the column that goes here. For the next release, whose code has neither any more.
ALTER TABLE article DROP COLUMN content;
