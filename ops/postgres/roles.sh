#!/bin/sh
# Run once by an empty database: the owner, who migrates, and the serving log-in, who gets its rights from migrations.
set -eu
owner=$(cat "${SECRETS:-/run/secrets}/owner")
app=$(cat "${SECRETS:-/run/secrets}/app")
psql -v ON_ERROR_STOP=1 -v owner="$owner" -v app="$app" --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE sangyu_owner LOGIN PASSWORD :'owner';
CREATE ROLE sangyu_app LOGIN PASSWORD :'app';
CREATE DATABASE sangyu OWNER sangyu_owner;
REVOKE ALL ON DATABASE sangyu FROM PUBLIC;
GRANT CONNECT ON DATABASE sangyu TO sangyu_app;
ALTER ROLE sangyu_app SET statement_timeout = '60s';
ALTER ROLE sangyu_app SET lock_timeout = '10s';
ALTER ROLE sangyu_app SET idle_in_transaction_session_timeout = '60s';
\connect sangyu
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO sangyu_owner;
GRANT USAGE ON SCHEMA public TO sangyu_app;
SQL
