-- Strings, quoted names and bits, with semicolons in all of them.
select 'a;b', 'it''s;', ';';
select '\'; select 'not ''escaped\';
select E'a\';b\\', e'''\';', E'\\';
select U&'\0061;\', u&'d!0061;' uescape '!';
select B'1;', x'f;', N'\', n';';
select named'\'; select "a;""b;", U&";\", u & 'x\';
create table "semi;colon" ("a;" int, "b""; --" text default '/* ;');
select 'two
lines;
-- no comment
', ';' ; select 'a'
';b' ; select 1
