#!/bin/sh
# Makes and updates the tables of Temporal's server in Postgres. Safe to repeat: what is there already is left as it is.
set -eu

: "${POSTGRES_HOST:?}" "${POSTGRES_PORT:?}" "${POSTGRES_USER:?}" "${SQL_PASSWORD:?}"

sql() {
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_HOST" -p "$POSTGRES_PORT" -u "$POSTGRES_USER" --db "$1" "$2" ${3+"$3"} ${4+"$4"}
}

for database in temporal:temporal temporal_visibility:visibility; do
  name="${database%%:*}"
  folder="${database##*:}"
  sql "$name" create
  sql "$name" setup-schema -v 0.0
  sql "$name" update-schema -d "/etc/temporal/schema/postgresql/v12/$folder/versioned"
done
