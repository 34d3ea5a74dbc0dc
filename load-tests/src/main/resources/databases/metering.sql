-- Database `metering`: meters, where they hung and when, what they read, what they reported.
-- Energy is kWh, reactive energy kvarh; current-transformer ratios are applied already. A `timestamptz` is an
-- instant; days are days in Karachi (UTC+5, no daylight saving). Ids of network and billing are plain columns.
-- Run once, in one transaction, by the owner; the role lake_metering exists already.

CREATE TYPE meter_kind AS ENUM ('consumer', 'pmt', 'feeder');

CREATE TABLE meter (
  meter_id bigint PRIMARY KEY,
  serial_no text NOT NULL UNIQUE,
  kind meter_kind NOT NULL,
  ami boolean NOT NULL,
  interval_minutes smallint CHECK (interval_minutes IN (15, 30, 60)),
  phases smallint NOT NULL CHECK (phases IN (1, 3)),
  manufacturer text NOT NULL,
  firmware text,
  status text NOT NULL CHECK (status IN ('in_service', 'removed', 'faulty')),
  updated_at timestamptz NOT NULL,
  CHECK (ami = (interval_minutes IS NOT NULL))
);
COMMENT ON TABLE meter IS 'A device. Consumer meters are read by register each month; AMI meters send intervals too; PMT and feeder meters send intervals only';
COMMENT ON COLUMN meter.interval_minutes IS 'Length of the intervals it sends, aligned to the hour; null: sends none';

CREATE TABLE meter_installation (
  meter_id bigint NOT NULL REFERENCES meter,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz,
  service_point_id bigint,
  pmt_id integer,
  feeder_id integer,
  initial_register_kwh numeric(14,3),
  final_register_kwh numeric(14,3),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (meter_id, valid_from),
  CHECK (valid_to > valid_from),
  CHECK (num_nonnulls(service_point_id, pmt_id, feeder_id) = 1),
  EXCLUDE USING gist (int8range(meter_id, meter_id, '[]') WITH &&, tstzrange(valid_from, valid_to) WITH &&)
);
CREATE INDEX meter_installation_service_point ON meter_installation (service_point_id);
CREATE INDEX meter_installation_pmt ON meter_installation (pmt_id);
CREATE INDEX meter_installation_feeder ON meter_installation (feeder_id);
COMMENT ON TABLE meter_installation IS 'Where a meter hung from valid_from (inclusive) to valid_to (exclusive; null: still there): at one service point, PMT or feeder head';
COMMENT ON COLUMN meter_installation.initial_register_kwh IS 'Register when it was hung, in kWh; null for PMT and feeder meters';
COMMENT ON COLUMN meter_installation.final_register_kwh IS 'Register when it was taken down, in kWh';

-- The 120 M row table. A large system partitions it by month of read_at; here it is one plain table, because the
-- capture engine `flink-cdc` matches the leaves of a partitioned table and not the parent (see docs/limits.md).
-- Scale 18 holds measured floating-point values exactly, with all their binary noise. Negative values occur in
-- real measurements and are no error of the database: validation flags them later.
CREATE TABLE interval_reading (
  meter_id bigint NOT NULL REFERENCES meter,
  read_at timestamptz NOT NULL,
  energy_kwh numeric(24,18) NOT NULL,
  reactive_kvarh numeric(24,18),
  received_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('measured', 'estimated', 'corrected')),
  corrected_at timestamptz,
  PRIMARY KEY (meter_id, read_at),
  CHECK ((status = 'corrected') = (corrected_at IS NOT NULL))
);
COMMENT ON TABLE interval_reading IS 'Energy that passed a meter in one interval; a missing row is a gap';
COMMENT ON COLUMN interval_reading.read_at IS 'The instant at which the interval BEGINS; its length is meter.interval_minutes; its day is the Karachi day of this instant';
COMMENT ON COLUMN interval_reading.energy_kwh IS 'Active energy of the interval in kWh';
COMMENT ON COLUMN interval_reading.reactive_kvarh IS 'Reactive energy of the interval in kvarh (PMT and feeder meters): kVA = sqrt(kWh^2 + kvarh^2) / hours; null: not measured';
COMMENT ON COLUMN interval_reading.received_at IS 'When the head-end had it; latency counts from the end of the interval';
COMMENT ON COLUMN interval_reading.status IS 'measured by the meter, estimated by the head-end, or corrected later';
COMMENT ON COLUMN interval_reading.corrected_at IS 'When the value was last corrected; null: never';

CREATE TABLE register_reading (
  meter_id bigint NOT NULL REFERENCES meter,
  read_on date NOT NULL,
  register_kwh numeric(14,3) NOT NULL CHECK (register_kwh >= 0),
  peak_register_kwh numeric(14,3) CHECK (peak_register_kwh >= 0),
  read_kind text NOT NULL CHECK (read_kind IN ('manual', 'ami', 'estimated')),
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (meter_id, read_on)
);
COMMENT ON TABLE register_reading IS 'Cumulative register of a consumer meter at 00:00 Karachi time on read_on: two of them differ by the energy of the days from the first (inclusive) to the second (exclusive)';
COMMENT ON COLUMN register_reading.register_kwh IS 'Cumulative active energy in kWh, all hours';
COMMENT ON COLUMN register_reading.peak_register_kwh IS 'Cumulative active energy of peak hours in kWh; null without time of use';

CREATE TABLE meter_event (
  event_id bigint PRIMARY KEY,
  meter_id bigint NOT NULL REFERENCES meter,
  kind text NOT NULL CHECK (kind IN ('power_down', 'power_up', 'cover_open', 'magnetic_field', 'reverse_energy',
                                     'low_voltage', 'clock_drift', 'communication_lost')),
  occurred_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  payload jsonb NOT NULL
);
CREATE INDEX meter_event_meter ON meter_event (meter_id, occurred_at);
COMMENT ON TABLE meter_event IS 'What an AMI, PMT or feeder meter reported about itself';
COMMENT ON COLUMN meter_event.payload IS 'Details by kind: {"firmware": text, "severity": 1..3} and e.g. "voltage_v": number, "duration_s": number, "drift_s": number, "phase": "A"|"B"|"C"';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE metering TO lake_metering;
GRANT USAGE ON SCHEMA public TO lake_metering;
GRANT SELECT ON meter, meter_installation, interval_reading, register_reading, meter_event TO lake_metering;
CREATE PUBLICATION lake FOR TABLE meter, meter_installation, interval_reading, register_reading, meter_event;
