#!/bin/sh
# Run once by the image of PostgreSQL, on an empty volume: a role and a database of its own for each service of each
# tier. Nobody but a role itself may connect to its database; the password of all is the file that compose hands out.
set -eu
for tier in village town county; do
  for service in intake routing followup metrics; do
    psql --no-psqlrc --username "$POSTGRES_USER" --dbname postgres -v ON_ERROR_STOP=1 -v name="${service}_${tier}" <<'SQL'
\getenv password POSTGRES_PASSWORD
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke connect, temporary on database :"name" from public;
SQL
  done
done
