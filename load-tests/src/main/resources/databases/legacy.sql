-- Database `legacy`: the work orders of an old platform whose keepers give no replication rights. It is read by
-- queries: `updated_at` rises with each change of a row.
-- Run once, in one transaction, by the owner; the role lake_legacy exists already.

CREATE TABLE work_order (
  work_order_id integer PRIMARY KEY,
  feeder_id integer NOT NULL,
  crew text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('inspection', 'repair', 'replacement')),
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (closed_at >= opened_at)
);
CREATE INDEX work_order_updated_at ON work_order (updated_at);
COMMENT ON TABLE work_order IS 'Work at a feeder; closed_at is null while it goes on';

GRANT CONNECT ON DATABASE legacy TO lake_legacy;
GRANT USAGE ON SCHEMA public TO lake_legacy;
GRANT SELECT ON work_order TO lake_legacy;
