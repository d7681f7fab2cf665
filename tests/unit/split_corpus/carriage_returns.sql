-- Lines that end as on Windows, and as on old Macs.
select 1; -- a;
select 'b;
c';
create function f() returns int
begin atomic
  select 1;
end;
select 2; -- d;select 3;select 4
