#!/bin/sh
# Run once by the image of PostgreSQL, on an empty volume: for each service of each tier a role and a database of its own,
# and a role for its HTTP door, which owns nothing. Nobody but these two may connect to it. The passwords, one of all
# services and another of all doors, are the files that compose hands out. Run again, it makes what is not there.
set -eu
: "${POSTGRES_PASSWORD:=$(cat "${POSTGRES_PASSWORD_FILE:?}")}"
DOORS_PASSWORD="$(cat "${DOORS_PASSWORD_FILE:?}")"
export POSTGRES_PASSWORD DOORS_PASSWORD
for tier in village town county; do
  for service in intake routing followup metrics; do
    psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres -v ON_ERROR_STOP=1 \
      -v name="${service}_${tier}" -v name_door="${service}_${tier}_door" <<'SQL'
\getenv password POSTGRES_PASSWORD
\getenv doors DOORS_PASSWORD
select format('create role %I', role) from unnest(array[:'name', :'name_door']) as role
where not exists (select from pg_roles where rolname = role)
\gexec
alter role :"name" login password :'password';
alter role :"name_door" login noinherit password :'doors';
select format('create database %I owner %I', :'name', :'name')
where not exists (select from pg_database where datname = :'name')
\gexec
revoke connect, temporary on database :"name" from public;
grant connect on database :"name" to :"name_door";
SQL
  done
done
