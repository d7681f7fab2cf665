-- Semicolons in parentheses separate nothing, in brackets they do.
create rule r as on insert to t do also (delete from a; delete from b (c); insert into d values (';'));
select 1); select ((1)); select (')'; "("; $$($$ /* ( */; -- (
2); select a[1; select b];
create rule s as on update to t do instead (select 1;
    select 2;);
select ')'; select (1
