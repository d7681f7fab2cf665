-- Dollar quotes, tags, and dollars that quote nothing.
select $$;'$$; select $a$ ; $b$ ; $b$ $$;$$ $a; a$ $A$ $a$;
do $outer$ begin execute $inner$ select 1; select '$outer'; $inner$; end; $outer$;
select $a$;$b$a$; select $$a;$$$$b;$$; select $ä_1$;$ä_1$;
select a$b$c; select ä$$; select 1 as d$e$; select f$$g;
prepare p as select $1, $2; select $1$2; select $1$$;$$;
select 1$a$;$a$, "q"$$;$$, 'x'$$;$$, x.y$$;
select $; select $ a; select $a ; select $é;
create function f() returns trigger language plpgsql as $fn$
begin
    if new.a = 'it''s;' then raise exception '%;', $msg$don't;$msg$; end if;
    return new; -- done;
end;
$fn$; select 2
