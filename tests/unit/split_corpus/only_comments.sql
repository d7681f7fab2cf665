 
;; ; -- nothing;
/* at all; */ ;
