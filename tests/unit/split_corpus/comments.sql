/* A file may begin with one; */ select 1; -- and end; with one
select /* ; /* nested; */ ; */ 1; select 1 +/*;*/ 2; select 2 */*;*/ 3;
select /*/ ; */ 1; select /***;//*;**/;***/ 1; select /* ' " $$ -- ; */ 1;
select 1 +--;
 2; select 1 --/* ;
; select 1 @-- ';
 2; select 1 - - 1; select 1 -+- 1; select 5*-/*;*/3;
select '/*', 1; select '*/', 2; select '--;', 3 --;
;
select 1 /* before; */ ; /* between; */ ; -- after;
select <--;
 1; select 1 <>/*;*/2, 3*/*/*;*/;*/4 /* */ ;
select a->>'b;'--;
, c#>>'{d;}'; select 1 /* last; */
-- the end;
