-- The roles of every topology, made by the bootstrap as superuser. Idempotent; run it with psql and the
-- variables owner_password and app_password:
--   psql -v ON_ERROR_STOP=1 -v owner_password=… -v app_password=… -f roles.sql
-- jiceng_owner owns the tables and runs the migrations. jiceng_app is the running system: it owns nothing and
-- gets, table by table from the migrations, the right to read and write rows and no other.
-- None may pass by row-level security.

select format('create role %I', name)
from unnest(array['jiceng_owner', 'jiceng_app', 'jiceng_ballots']) as name
where not exists (select from pg_roles where rolname = name)
\gexec

alter role jiceng_owner with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit
    password :'owner_password';
alter role jiceng_app with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit
    password :'app_password';

-- Owns the secret ballots and the functions that take and count them. Nobody signs in as it; the owner may act as it
-- in a migration, and the running system only calls what it may execute.
alter role jiceng_ballots with nologin nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit;
grant jiceng_ballots to jiceng_owner with inherit false, set true;

-- Plans on small sets are made faster than compiled, and a forgotten transaction must not hold locks all night.
alter role jiceng_app set jit = off;
alter role jiceng_app set idle_in_transaction_session_timeout = '5min';
