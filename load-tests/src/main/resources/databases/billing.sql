-- Database `billing`: consumers, dated tariffs, monthly bills and what was paid for them.
-- Money is Pakistani rupees (Rs) with two decimals (paisa). Energy is kWh. A `date` is a day in Karachi
-- (UTC+5, no daylight saving). Ids of other databases are plain columns: service_point_id and meter_id.
-- Run once, in one transaction, by the owner; the role lake_billing exists already.

CREATE TYPE bill_status AS ENUM ('issued', 'partly_paid', 'paid', 'cancelled');

CREATE TABLE ibc (
  ibc_id integer PRIMARY KEY,
  name text NOT NULL UNIQUE,
  district text NOT NULL,
  areas text[] NOT NULL,
  updated_at timestamptz NOT NULL
);
COMMENT ON TABLE ibc IS 'Integrated business centre: a local office; every consumer and feeder belongs to one';
COMMENT ON COLUMN ibc.areas IS 'Names of the neighbourhoods that the office serves';

CREATE TABLE tariff (
  tariff_code text NOT NULL,
  effective_from date NOT NULL,
  effective_to date,
  tariff_class text NOT NULL
    CHECK (tariff_class IN ('lifeline', 'protected', 'unprotected', 'commercial', 'industrial')),
  description text NOT NULL,
  time_of_use boolean NOT NULL,
  peak_starts_at time,
  peak_ends_at time,
  fixed_charge_rs numeric(12,2) NOT NULL CHECK (fixed_charge_rs >= 0),
  fixed_charge_rs_per_kw numeric(12,2) NOT NULL CHECK (fixed_charge_rs_per_kw >= 0),
  electricity_duty_percent numeric(5,2) NOT NULL CHECK (electricity_duty_percent >= 0),
  sales_tax_percent numeric(5,2) NOT NULL CHECK (sales_tax_percent >= 0),
  PRIMARY KEY (tariff_code, effective_from),
  CHECK (effective_to > effective_from),
  CHECK (NOT time_of_use OR (peak_starts_at IS NOT NULL AND peak_ends_at > peak_starts_at))
);
COMMENT ON TABLE tariff IS 'One row per tariff and notification; a bill takes the row valid on its period_to';
COMMENT ON COLUMN tariff.effective_from IS 'First day on which it is valid';
COMMENT ON COLUMN tariff.effective_to IS 'First day on which it is no longer valid; null: still valid';
COMMENT ON COLUMN tariff.peak_starts_at IS 'Karachi wall time at which the daily peak begins (time-of-use tariffs only)';
COMMENT ON COLUMN tariff.peak_ends_at IS 'Karachi wall time at which the daily peak ends, exclusive';
COMMENT ON COLUMN tariff.fixed_charge_rs IS 'Rs per bill, whatever the units';
COMMENT ON COLUMN tariff.fixed_charge_rs_per_kw IS 'Rs per bill and kW of sanctioned load';
COMMENT ON COLUMN tariff.electricity_duty_percent IS 'Percent of energy and fixed charges, rounded half up to the paisa';
COMMENT ON COLUMN tariff.sales_tax_percent IS 'Percent of energy charge, fixed charge and duty, rounded half up to the paisa';

CREATE TABLE tariff_slab (
  tariff_code text NOT NULL,
  effective_from date NOT NULL,
  from_units integer NOT NULL CHECK (from_units >= 0),
  to_units integer,
  rate_rs_per_kwh numeric(10,4) NOT NULL CHECK (rate_rs_per_kwh >= 0),
  peak_rate_rs_per_kwh numeric(10,4) CHECK (peak_rate_rs_per_kwh >= 0),
  PRIMARY KEY (tariff_code, effective_from, from_units),
  FOREIGN KEY (tariff_code, effective_from) REFERENCES tariff ON UPDATE CASCADE,
  CHECK (to_units > from_units)
);
COMMENT ON TABLE tariff_slab IS 'Telescopic slabs: the units above from_units up to to_units cost this slab''s rate, the units below cost theirs';
COMMENT ON COLUMN tariff_slab.from_units IS 'Monthly kWh above which the slab begins; the first slab has 0';
COMMENT ON COLUMN tariff_slab.to_units IS 'Monthly kWh up to which it goes, inclusive; null: no upper end';
COMMENT ON COLUMN tariff_slab.rate_rs_per_kwh IS 'Rs per kWh; under a time-of-use tariff the off-peak rate';
COMMENT ON COLUMN tariff_slab.peak_rate_rs_per_kwh IS 'Rs per peak kWh; null without time of use. A time-of-use tariff has one slab';

CREATE TABLE consumer (
  consumer_id bigint PRIMARY KEY,
  account_no text NOT NULL UNIQUE,
  ibc_id integer NOT NULL REFERENCES ibc,
  service_point_id bigint NOT NULL,
  tariff_code text NOT NULL,
  sanctioned_load_kw numeric(10,2) NOT NULL CHECK (sanctioned_load_kw > 0),
  bill_cycle_day smallint NOT NULL CHECK (bill_cycle_day BETWEEN 1 AND 28),
  name text NOT NULL,
  cnic text NOT NULL CHECK (cnic ~ '^\d{5}-\d{7}-\d$'),
  phone text,
  address text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'disconnected')),
  connected_on date NOT NULL,
  disconnected_on date,
  updated_at timestamptz NOT NULL,
  CHECK ((status = 'disconnected') = (disconnected_on IS NOT NULL))
);
CREATE INDEX consumer_ibc ON consumer (ibc_id);
CREATE INDEX consumer_service_point ON consumer (service_point_id);
COMMENT ON TABLE consumer IS 'A contract for supply at one service point. Personal data: name, cnic, phone, address';
COMMENT ON COLUMN consumer.service_point_id IS 'network.service_point';
COMMENT ON COLUMN consumer.tariff_code IS 'The tariff of the latest bill: domestic consumers move between A1-L, A1-P and A1-U by their units of six months';
COMMENT ON COLUMN consumer.bill_cycle_day IS 'Day of the month on which the register is read';
COMMENT ON COLUMN consumer.cnic IS 'National identity number 99999-9999999-9; the same person has the same number in database service';

CREATE TABLE bill (
  bill_id bigint PRIMARY KEY,
  consumer_id bigint NOT NULL REFERENCES consumer,
  bill_month date NOT NULL CHECK (extract(day FROM bill_month) = 1),
  meter_id bigint NOT NULL,
  period_from date NOT NULL,
  period_to date NOT NULL,
  units_kwh numeric(10,0) NOT NULL CHECK (units_kwh >= 0),
  peak_units_kwh numeric(10,0) NOT NULL CHECK (peak_units_kwh BETWEEN 0 AND units_kwh),
  tariff_code text NOT NULL,
  tariff_effective_from date NOT NULL,
  energy_charge_rs numeric(14,2) NOT NULL,
  fixed_charge_rs numeric(14,2) NOT NULL,
  electricity_duty_rs numeric(14,2) NOT NULL,
  sales_tax_rs numeric(14,2) NOT NULL,
  amount_rs numeric(14,2) NOT NULL,
  issued_on date NOT NULL,
  due_on date NOT NULL,
  status bill_status NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (consumer_id, bill_month),
  FOREIGN KEY (tariff_code, tariff_effective_from) REFERENCES tariff ON UPDATE CASCADE,
  CHECK (period_to > period_from),
  CHECK (due_on >= issued_on),
  CHECK (amount_rs = energy_charge_rs + fixed_charge_rs + electricity_duty_rs + sales_tax_rs)
);
COMMENT ON TABLE bill IS 'A month''s bill as issued. Receivable = amount_rs + its adjustments - its payments; nothing for a cancelled bill';
COMMENT ON COLUMN bill.bill_month IS 'First day of the month in which period_to lies';
COMMENT ON COLUMN bill.meter_id IS 'metering.meter: the meter read on period_to';
COMMENT ON COLUMN bill.period_from IS 'Day of the previous register reading; cycle days = period_to - period_from';
COMMENT ON COLUMN bill.period_to IS 'Day of the present register reading';
COMMENT ON COLUMN bill.units_kwh IS 'floor(present register) - floor(previous register), in whole kWh';
COMMENT ON COLUMN bill.peak_units_kwh IS 'The same of the peak register; 0 without time of use';
COMMENT ON COLUMN bill.energy_charge_rs IS 'Sum over slabs of units x rate (time of use: off-peak units x rate + peak units x peak rate), rounded half up to the paisa';
COMMENT ON COLUMN bill.fixed_charge_rs IS 'fixed_charge_rs + fixed_charge_rs_per_kw x sanctioned load of the day of issue, rounded half up to the paisa';
COMMENT ON COLUMN bill.due_on IS 'Last day to pay; ageing counts from here';

CREATE TABLE payment (
  payment_id uuid PRIMARY KEY,
  bill_id bigint NOT NULL REFERENCES bill,
  paid_at timestamptz NOT NULL,
  amount_rs numeric(14,2) NOT NULL CHECK (amount_rs > 0),
  channel text NOT NULL CHECK (channel IN ('bank', 'mobile_wallet', 'counter', 'auto_debit')),
  receipt_no text NOT NULL UNIQUE,
  updated_at timestamptz NOT NULL
);
CREATE INDEX payment_bill ON payment (bill_id);
COMMENT ON TABLE payment IS 'Money received for one bill; a cancelled payment is deleted';

-- No primary key, as in the legacy system: two equal rows are two adjustments. The capture engine `flink-cdc`
-- cannot take a keyless table, so the publication leaves it out.
CREATE TABLE bill_adjustment (
  bill_id bigint NOT NULL REFERENCES bill,
  adjusted_on date NOT NULL,
  amount_rs numeric(14,2) NOT NULL,
  reason text NOT NULL CHECK (reason IN ('wrong_reading', 'meter_fault', 'detection_bill', 'instalment_fee', 'goodwill')),
  approved_by text NOT NULL
);
CREATE INDEX bill_adjustment_bill ON bill_adjustment (bill_id);
ALTER TABLE bill_adjustment REPLICA IDENTITY FULL;
COMMENT ON TABLE bill_adjustment IS 'A correction of a bill after its issue';
COMMENT ON COLUMN bill_adjustment.amount_rs IS 'Rs added to (negative: taken off) the receivable of the bill';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT ON DATABASE billing TO lake_billing;
GRANT USAGE ON SCHEMA public TO lake_billing;
GRANT SELECT ON ibc, tariff, tariff_slab, consumer, bill, payment TO lake_billing;
CREATE PUBLICATION lake FOR TABLE ibc, tariff, tariff_slab, consumer, bill, payment;
