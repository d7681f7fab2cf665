-- Bodies in SQL, whose semicolons belong to them.
create function f() returns int begin atomic select 1; select 2; end; select 1;
CREATE OR REPLACE PROCEDURE p()
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO t VALUES (1); -- one;
    INSERT INTO t SELECT CASE WHEN a THEN 1 ELSE CASE b WHEN 2 THEN 3 END END FROM u;
    ;;
END;
create /* or replace */ function g(a int default case when true then 1 end) returns int
begin -- here;
    atomic select (case a when 1 then 2 end); select "end", "case", 'end;', $$end;$$; end; select 2;
create function h() returns int return 1; select 3; begin; select case when true then 1 end; end;
create function i() returns int language sql as 'select 1; begin atomic'; select 4;
create or replace function j() returns int begin atomic end; create view v as select 1 as begin;
create table begin (a int); create function k(begin int) returns int return 1; select 5;
create procedure q() begin atomic select 1
