#!/bin/sh
# Run by the image when the database is made: the role that Prometheus' exporter reads as.
set -eu
# psql reads the password itself: an argument would stand in the list of processes
psql -v ON_ERROR_STOP=1 --username postgres <<'SQL'
\set password `cat /run/secrets/monitor`
CREATE ROLE lake_monitor LOGIN PASSWORD :'password' IN ROLE pg_monitor;
SQL
