-- Not compared with psql, which cuts these elsewhere: see README.md. 8 statements.
select E'a'
'b\';c';
create function begin() returns int return 1;
create function f() returns int begin atomic select 1 as end; select a.case from a; end;
select 1;
create function g(a begin) returns int begin atomic select 1; end;
create function h(a int) returns int language sql as $$ select 1 $$ set begin.a = 1;
select 2;
select 3
