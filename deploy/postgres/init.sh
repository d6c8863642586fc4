#!/bin/sh
# Run once by the postgres image on a new volume: the two roles and the database.
# OWNER_PASSWORD and APP_PASSWORD come from /secrets/env (see deploy/docker/make_secrets.py).
psql -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres <<SQL
\\set owner_password '$OWNER_PASSWORD'
\\set app_password '$APP_PASSWORD'
\\set database jiceng
\\i /jiceng/roles.sql
\\i /jiceng/database.sql
SQL
