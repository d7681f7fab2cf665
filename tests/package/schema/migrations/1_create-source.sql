CREATE TABLE source (id int);
