-- One database of ours, made ready as superuser. Idempotent. The variable `database` is its name.
-- Nobody but the two roles may enter; only the owner may make anything, temporary tables included.

select format('create database %I owner jiceng_owner template template0 encoding ''UTF8'' locale ''C.UTF-8''', :'database')
where not exists (select from pg_database where datname = :'database')
\gexec
\connect :"database"

alter database :"database" owner to jiceng_owner;
revoke all on database :"database" from public;
grant connect on database :"database" to jiceng_app;

alter schema public owner to jiceng_owner;
revoke all on schema public from public;
grant usage on schema public to jiceng_app;

create schema if not exists platform authorization jiceng_owner;
revoke all on schema platform from public;
grant usage on schema platform to jiceng_app;
