#!/bin/sh
# Run by the image when the database is made: the role that Prometheus' exporter reads as.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/monitor)" --username postgres <<'SQL'
CREATE ROLE lake_monitor LOGIN PASSWORD :'password' IN ROLE pg_monitor;
SQL
