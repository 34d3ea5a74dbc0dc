-- Database `network`: grid station -> 11 kV feeder -> PMT (pole-mounted transformer) -> service point, how they
-- were switched, and when supply was off. Instants are timestamptz; a `date` is a day in Karachi (UTC+5, no
-- daylight saving). ibc_id belongs to billing.ibc.
-- Run once, in one transaction, by the owner; the role lake_network exists already.

CREATE TABLE grid_station (
  grid_station_id integer PRIMARY KEY,
  name text NOT NULL UNIQUE,
  voltage_kv numeric(5,1) NOT NULL CHECK (voltage_kv > 0),
  capacity_mva numeric(8,2) NOT NULL CHECK (capacity_mva > 0),
  latitude_deg numeric(9,6) NOT NULL,
  longitude_deg numeric(9,6) NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE feeder (
  feeder_id integer PRIMARY KEY,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  grid_station_id integer NOT NULL REFERENCES grid_station,
  ibc_id integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('residential', 'mixed', 'industrial')),
  length_km numeric(7,2) NOT NULL CHECK (length_km > 0),
  commissioned_on date NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX feeder_grid_station ON feeder (grid_station_id);
COMMENT ON COLUMN feeder.ibc_id IS 'billing.ibc';

CREATE TABLE pmt (
  pmt_id integer PRIMARY KEY,
  code text NOT NULL UNIQUE,
  rated_kva numeric(8,1) NOT NULL CHECK (rated_kva > 0),
  latitude_deg numeric(9,6) NOT NULL,
  longitude_deg numeric(9,6) NOT NULL,
  commissioned_on date NOT NULL,
  updated_at timestamptz NOT NULL
);
COMMENT ON TABLE pmt IS 'Pole-mounted transformer, 11 kV to 400 V';
COMMENT ON COLUMN pmt.rated_kva IS 'Rated apparent power in kVA';

CREATE TABLE service_point (
  service_point_id bigint PRIMARY KEY,
  area text NOT NULL,
  phases smallint NOT NULL CHECK (phases IN (1, 3)),
  latitude_deg numeric(9,6) NOT NULL,
  longitude_deg numeric(9,6) NOT NULL,
  connected_on date NOT NULL,
  updated_at timestamptz NOT NULL
);
COMMENT ON TABLE service_point IS 'Where a consumer is connected';

CREATE TABLE feeder_pmt (
  pmt_id integer NOT NULL REFERENCES pmt,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  feeder_id integer NOT NULL REFERENCES feeder,
  reason text NOT NULL CHECK (reason IN ('commissioned', 'fault_transfer', 'load_balancing', 'restored')),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (pmt_id, valid_from),
  CHECK (valid_to > valid_from),
  EXCLUDE USING gist (int4range(pmt_id, pmt_id, '[]') WITH &&, tstzrange(valid_from, valid_to) WITH &&)
);
CREATE INDEX feeder_pmt_feeder ON feeder_pmt (feeder_id);
COMMENT ON TABLE feeder_pmt IS 'Which feeder fed a PMT from valid_from (inclusive) to valid_to (exclusive; null: still). For each PMT the rows neither overlap nor leave a gap. Switching happens on the hour';

CREATE TABLE pmt_service_point (
  service_point_id bigint NOT NULL REFERENCES service_point,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  pmt_id integer NOT NULL REFERENCES pmt,
  reason text NOT NULL CHECK (reason IN ('connected', 'load_balancing', 'fault_transfer', 'restored')),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (service_point_id, valid_from),
  CHECK (valid_to > valid_from),
  EXCLUDE USING gist (int8range(service_point_id, service_point_id, '[]') WITH &&, tstzrange(valid_from, valid_to) WITH &&)
);
CREATE INDEX pmt_service_point_pmt ON pmt_service_point (pmt_id);
COMMENT ON TABLE pmt_service_point IS 'Which PMT fed a service point from valid_from (inclusive) to valid_to (exclusive; null: still), without overlap or gap';

CREATE TABLE interruption (
  interruption_id bigint PRIMARY KEY,
  feeder_id integer NOT NULL REFERENCES feeder,
  pmt_id integer REFERENCES pmt,
  kind text NOT NULL CHECK (kind IN ('fault', 'planned', 'loadshed')),
  cause text NOT NULL,
  started_at timestamptz NOT NULL,
  restored_at timestamptz,
  updated_at timestamptz NOT NULL,
  CHECK (restored_at > started_at)
);
CREATE INDEX interruption_feeder ON interruption (feeder_id, started_at);
COMMENT ON TABLE interruption IS 'Supply was off: all PMTs on the feeder at started_at, or one PMT. Who was cut follows from the topology as of started_at';
COMMENT ON COLUMN interruption.pmt_id IS 'The PMT that was cut; null: the whole feeder';
COMMENT ON COLUMN interruption.kind IS 'fault, planned (maintenance) or loadshed';
COMMENT ON COLUMN interruption.restored_at IS 'When supply was back, exclusive; null: still off';

CREATE TABLE loadshed_schedule (
  feeder_id integer NOT NULL REFERENCES feeder,
  day date NOT NULL,
  starts_at time NOT NULL,
  ends_at time NOT NULL,
  PRIMARY KEY (feeder_id, day, starts_at),
  CHECK (ends_at > starts_at)
);
COMMENT ON TABLE loadshed_schedule IS 'Published hours without supply, in Karachi wall time; the whole table is replaced when a new schedule is published';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE network TO lake_network;
GRANT USAGE ON SCHEMA public TO lake_network;
GRANT SELECT ON grid_station, feeder, pmt, service_point, feeder_pmt, pmt_service_point, interruption, loadshed_schedule
  TO lake_network;
CREATE PUBLICATION lake FOR TABLE
  grid_station, feeder, pmt, service_point, feeder_pmt, pmt_service_point, interruption, loadshed_schedule;
