/*
description: >-
  Energy sent out by a feeder against what its consumers drew, by day, where an interval of any meter on it was
  received. Each interval counts where its meter hung
  and to which feeder that place was switched when the interval began. A consumer without AMI is read by register:
  the energy between two readings is spread evenly over the days between, and within a day over the feeders
  by the time on each. A consumer whose next reading is still to come is not in yet: see unread_meters.
materialized: touched_partitions
unique_key: [feeder_id, day]
partition_by: day
tags: [mart, loss]
inputs:
  silver.metering.interval_reading:
    reach: to_date(read_at + INTERVAL 5 HOURS)
    watches: [energy_kwh]
  gold.meter_daily_energy:
    reach: day
    watches: [energy_kwh]
  silver.metering.register_period:
    reach: {from: period_from, to: "date_sub(period_to, 1)"}
  silver.metering.meter:
    reach: {from: null}
    watches: [ami]
  # while a span only ends otherwise, the days before its earlier end stay as they are
  silver.metering.meter_installation:
    reach:
      from: >-
        to_date(CASE WHEN named_struct('s', _old.service_point_id, 'p', _old.pmt_id, 'f', _old.feeder_id)
                <=> named_struct('s', _new.service_point_id, 'p', _new.pmt_id, 'f', _new.feeder_id)
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS)
      to: to_date(valid_to + INTERVAL 5 HOURS)
    watches: [service_point_id, pmt_id, feeder_id, valid_to]
  silver.network.feeder_pmt:
    reach:
      from: >-
        to_date(CASE WHEN _old.feeder_id = _new.feeder_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS)
      to: to_date(valid_to + INTERVAL 5 HOURS)
    watches: [feeder_id, valid_to]
  silver.network.service_point_supply:
    reach:
      from: >-
        to_date(CASE WHEN _old.feeder_id = _new.feeder_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS)
      to: to_date(valid_to + INTERVAL 5 HOURS)
    watches: [feeder_id, valid_to]
columns:
  feeder_id: network.feeder
  day: The day, in Karachi
  sent_out_kwh: Energy by the meters at the feeder's head, in kWh; null where none was received
  pmt_kwh: Energy by the meters of the PMTs on it, in kWh
  ami_kwh: Energy by the intervals of its AMI consumers, in kWh
  register_kwh: Energy of its other consumers, spread evenly between readings, in kWh, that of each meter rounded to 9 digits
  consumer_kwh: ami_kwh and register_kwh together
  loss_kwh: sent_out_kwh less consumer_kwh
  loss_percent: loss_kwh in percent of sent_out_kwh, both rounded to 6 digits, rounded to 4; null where nothing was sent out
  metered_pmts: PMTs on it from which an interval was received
  consumer_meters: Consumer meters that hung on it
  unread_meters: Those of them whose energy of the day is not known yet; loss_kwh still holds it
restates: [sent_out_kwh, consumer_kwh, loss_kwh]
audits:
  - not_null: [feeder_id, day, consumer_kwh]
  - unique: [feeder_id, day]
  - relationship: {column: feeder_id, to: gold.dim_feeder}
  - name: more_consumed_than_sent_out
    rows: SELECT * FROM ${this} WHERE sent_out_kwh IS NOT NULL AND loss_kwh < 0
    severity: warn
*/
-- where each meter hung and to which feeder that place was switched, and when
WITH place AS (
  SELECT
    meter_id,
    'feeder' AS part,
    feeder_id,
    valid_from,
    valid_to
  FROM ${ref('silver.metering.meter_installation')}
  WHERE feeder_id IS NOT NULL
  UNION ALL
  SELECT
    i.meter_id,
    'pmt',
    f.feeder_id,
    greatest(i.valid_from, f.valid_from),
    -- least() passes over null, which means: without end
    least(i.valid_to, f.valid_to)
  FROM ${ref('silver.metering.meter_installation')} i
  JOIN ${ref('silver.network.feeder_pmt')} f
    ON f.pmt_id = i.pmt_id
    AND (i.valid_to IS NULL OR f.valid_from < i.valid_to)
    AND (f.valid_to IS NULL OR i.valid_from < f.valid_to)
  UNION ALL
  SELECT
    i.meter_id,
    'consumer',
    s.feeder_id,
    greatest(i.valid_from, s.valid_from),
    least(i.valid_to, s.valid_to)
  FROM ${ref('silver.metering.meter_installation')} i
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.service_point_id = i.service_point_id
    AND (i.valid_to IS NULL OR s.valid_from < i.valid_to)
    AND (s.valid_to IS NULL OR i.valid_from < s.valid_to)
),
-- the days of each meter at a place, and whether it hung there from beginning to end
placed_day AS (
  SELECT
    d.day,
    d.meter_id,
    d.energy_kwh,
    p.feeder_id,
    p.part,
    p.valid_from,
    p.valid_to,
    p.valid_from <= d.begins_at AND (p.valid_to IS NULL OR p.valid_to >= d.ends_at) AS whole
  FROM (
    SELECT
      *,
      CAST(day AS TIMESTAMP) - INTERVAL 5 HOURS AS begins_at,
      CAST(date_add(day, 1) AS TIMESTAMP) - INTERVAL 5 HOURS AS ends_at
    FROM ${ref('gold.meter_daily_energy')}
  ) d
  JOIN place p
    ON p.meter_id = d.meter_id
    AND p.valid_from < d.ends_at
    AND (p.valid_to IS NULL OR p.valid_to > d.begins_at)
),
-- what the intervals of a whole day add up to is known; those of days on which a meter came or went are looked at.
-- 30 digits, so that sums and differences keep all 18 behind the point
metered AS (
  SELECT day, feeder_id, part, meter_id, CAST(sum(energy_kwh) AS DECIMAL(30, 18)) AS energy_kwh
  FROM (
    SELECT day, feeder_id, part, meter_id, energy_kwh
    FROM placed_day
    WHERE whole
    UNION ALL
    SELECT /*+ BROADCAST(p) */ p.day, p.feeder_id, p.part, p.meter_id, r.energy_kwh
    FROM ${ref('silver.metering.interval_reading')} r
    JOIN placed_day p
      ON p.meter_id = r.meter_id
      AND p.day = to_date(r.read_at + INTERVAL 5 HOURS)
      AND NOT p.whole
      AND r.read_at >= p.valid_from
      AND (p.valid_to IS NULL OR r.read_at < p.valid_to)
  )
  GROUP BY day, feeder_id, part, meter_id
),
energy AS (
  SELECT
    day,
    feeder_id,
    CAST(sum(CASE WHEN part = 'feeder' THEN energy_kwh END) AS DECIMAL(30, 18)) AS sent_out_kwh,
    CAST(coalesce(sum(CASE WHEN part = 'pmt' THEN energy_kwh END), 0) AS DECIMAL(30, 18)) AS pmt_kwh,
    CAST(coalesce(sum(CASE WHEN part = 'consumer' THEN energy_kwh END), 0) AS DECIMAL(30, 18)) AS ami_kwh,
    count_if(part = 'pmt') AS metered_pmts,
    count_if(part = 'consumer') AS ami_meters,
    CAST(day AS TIMESTAMP) - INTERVAL 5 HOURS AS begins_at,
    CAST(date_add(day, 1) AS TIMESTAMP) - INTERVAL 5 HOURS AS ends_at
  FROM metered
  GROUP BY day, feeder_id
),
-- each consumer meter that hung on the feeder that day: for how many seconds of it
hung AS (
  SELECT
    e.day,
    e.feeder_id,
    p.meter_id,
    max(p.ami) AS ami,
    sum(unix_seconds(least(p.valid_to, e.ends_at)) - unix_seconds(greatest(p.valid_from, e.begins_at))) AS seconds,
    max(e.sent_out_kwh) AS sent_out_kwh,
    max(e.pmt_kwh) AS pmt_kwh,
    max(e.ami_kwh) AS ami_kwh,
    max(e.metered_pmts) AS metered_pmts,
    max(e.ami_meters) AS ami_meters
  FROM energy e
  LEFT JOIN (
    SELECT p.meter_id, p.feeder_id, p.valid_from, p.valid_to, m.ami
    FROM place p
    JOIN ${ref('silver.metering.meter')} m
      ON m.meter_id = p.meter_id
    WHERE p.part = 'consumer'
  ) p
    ON p.feeder_id = e.feeder_id
    AND p.valid_from < e.ends_at
    AND (p.valid_to IS NULL OR p.valid_to > e.begins_at)
  GROUP BY e.day, e.feeder_id, p.meter_id
),
total AS (
  SELECT
    h.day,
    h.feeder_id,
    max(h.sent_out_kwh) AS sent_out_kwh,
    max(h.pmt_kwh) AS pmt_kwh,
    max(h.ami_kwh) AS ami_kwh,
    CAST(
      coalesce(sum(
        CAST(
          r.energy_kwh * CAST(h.seconds AS DECIMAL(9, 0)) / CAST(r.days * 86400L AS DECIMAL(12, 0))
          AS DECIMAL(28, 9))), 0)
      AS DECIMAL(30, 18)) AS register_kwh,
    max(h.metered_pmts) AS metered_pmts,
    count(h.meter_id) AS consumer_meters,
    max(h.ami_meters) + count(r.meter_id) AS known_meters
  FROM hung h
  LEFT JOIN ${ref('silver.metering.register_period')} r
    ON r.meter_id = h.meter_id
    AND NOT h.ami
    AND r.period_from <= h.day
    AND h.day < r.period_to
  GROUP BY h.day, h.feeder_id
)
SELECT
  feeder_id,
  day,
  sent_out_kwh,
  pmt_kwh,
  ami_kwh,
  register_kwh,
  CAST(ami_kwh + register_kwh AS DECIMAL(30, 18)) AS consumer_kwh,
  CAST(sent_out_kwh - (ami_kwh + register_kwh) AS DECIMAL(30, 18)) AS loss_kwh,
  CAST(
    CASE
      WHEN sent_out_kwh <> 0
        -- so few digits that the quotient keeps 16 behind the point: with 6 it would be rounded twice
        THEN CAST(sent_out_kwh - (ami_kwh + register_kwh) AS DECIMAL(18, 6)) * 100
          / CAST(sent_out_kwh AS DECIMAL(18, 6))
    END
    AS DECIMAL(18, 4)) AS loss_percent,
  metered_pmts,
  consumer_meters,
  consumer_meters - known_meters AS unread_meters
FROM total
