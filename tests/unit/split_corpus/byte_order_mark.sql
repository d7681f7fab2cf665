select 1; -- a byte order mark, as some editors write it;
select 2;