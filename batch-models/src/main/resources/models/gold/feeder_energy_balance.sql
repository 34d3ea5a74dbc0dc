/*
description: >-
  Energy sent out by a feeder against what its consumers drew, by day. Each interval counts where its meter hung
  and to which feeder that place was switched when the interval began. A consumer without AMI is read by register:
  the energy between two readings is spread evenly over the days between, and within a day over the feeders
  by the time on each. A consumer whose next reading is still to come is not in yet: see unread_meters.
materialized: touched_partitions
unique_key: [feeder_id, day]
partition_by: day
tags: [mart, loss]
inputs:
  silver.metering.interval_reading:
    reach: to_date(from_utc_timestamp(read_at, 'Asia/Karachi'))
    watches: [energy_kwh]
  silver.metering.register_period:
    reach: {from: period_from, to: "date_sub(period_to, 1)"}
  silver.metering.meter:
    reach: {from: null}
    watches: [ami, kind]
  # while a span only ends otherwise, the days before its earlier end stay as they are
  silver.metering.meter_installation:
    reach:
      from: >-
        to_date(from_utc_timestamp(
          CASE WHEN named_struct('s', _old.service_point_id, 'p', _old.pmt_id, 'f', _old.feeder_id)
                <=> named_struct('s', _new.service_point_id, 'p', _new.pmt_id, 'f', _new.feeder_id)
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END, 'Asia/Karachi'))
      to: to_date(from_utc_timestamp(valid_to, 'Asia/Karachi'))
    watches: [service_point_id, pmt_id, feeder_id, valid_to]
  silver.network.feeder_pmt:
    reach:
      from: >-
        to_date(from_utc_timestamp(
          CASE WHEN _old.feeder_id = _new.feeder_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END,
          'Asia/Karachi'))
      to: to_date(from_utc_timestamp(valid_to, 'Asia/Karachi'))
    watches: [feeder_id, valid_to]
  silver.network.service_point_supply:
    reach:
      from: >-
        to_date(from_utc_timestamp(
          CASE WHEN _old.feeder_id = _new.feeder_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END,
          'Asia/Karachi'))
      to: to_date(from_utc_timestamp(valid_to, 'Asia/Karachi'))
    watches: [feeder_id, valid_to]
columns:
  feeder_id: network.feeder
  day: The day, in Karachi
  sent_out_kwh: Energy by the meters at the feeder's head, in kWh; null where none was received
  pmt_kwh: Energy by the meters of the PMTs on it, in kWh
  ami_kwh: Energy by the intervals of its AMI consumers, in kWh
  register_kwh: Energy of its other consumers, spread evenly between readings, in kWh, rounded to 9 digits
  consumer_kwh: ami_kwh and register_kwh together
  loss_kwh: sent_out_kwh less consumer_kwh
  loss_percent: loss_kwh in percent of sent_out_kwh, rounded to 4 digits; null where nothing was sent out
  metered_pmts: PMTs on it from which an interval was received
  consumer_meters: Consumer meters that hung on it
  unread_meters: Those of them whose energy of the day is not known yet; loss_kwh still holds it
audits:
  - not_null: [feeder_id, day, consumer_kwh]
  - unique: [feeder_id, day]
  - relationship: {column: feeder_id, to: gold.dim_feeder}
  - name: more_consumed_than_sent_out
    rows: SELECT * FROM ${this} WHERE sent_out_kwh IS NOT NULL AND loss_kwh < 0
    severity: warn
*/
WITH metered AS (
  SELECT
    to_date(from_utc_timestamp(r.read_at, 'Asia/Karachi')) AS day,
    r.read_at,
    r.meter_id,
    r.energy_kwh,
    i.service_point_id,
    i.pmt_id,
    i.feeder_id
  FROM ${ref('silver.metering.interval_reading')} r
  JOIN ${ref('silver.metering.meter_installation')} i
    ON i.meter_id = r.meter_id
    AND r.read_at >= i.valid_from
    AND (i.valid_to IS NULL OR r.read_at < i.valid_to)
),
energy AS (
  SELECT
    day,
    feeder_id,
    'sent_out' AS part,
    CAST(sum(energy_kwh) AS DECIMAL(30, 18)) AS energy_kwh,
    0L AS meters,
    0L AS known_meters
  FROM metered
  WHERE feeder_id IS NOT NULL
  GROUP BY day, feeder_id
  UNION ALL
  SELECT
    m.day,
    f.feeder_id,
    'pmt',
    CAST(sum(m.energy_kwh) AS DECIMAL(30, 18)),
    count(DISTINCT m.pmt_id),
    0L
  FROM metered m
  JOIN ${ref('silver.network.feeder_pmt')} f
    ON f.pmt_id = m.pmt_id
    AND m.read_at >= f.valid_from
    AND (f.valid_to IS NULL OR m.read_at < f.valid_to)
  GROUP BY m.day, f.feeder_id
  UNION ALL
  SELECT
    m.day,
    s.feeder_id,
    'ami',
    CAST(sum(m.energy_kwh) AS DECIMAL(30, 18)),
    0L,
    count(DISTINCT m.meter_id)
  FROM metered m
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.service_point_id = m.service_point_id
    AND m.read_at >= s.valid_from
    AND (s.valid_to IS NULL OR m.read_at < s.valid_to)
  GROUP BY m.day, s.feeder_id
),
sent_day AS (
  SELECT DISTINCT day, feeder_id FROM energy WHERE part = 'sent_out'
),
-- where and when a consumer meter drew from which feeder
hung AS (
  SELECT
    i.meter_id,
    m.ami,
    s.feeder_id,
    greatest(i.valid_from, s.valid_from) AS valid_from,
    least(i.valid_to, s.valid_to) AS valid_to
  FROM ${ref('silver.metering.meter_installation')} i
  JOIN ${ref('silver.metering.meter')} m
    ON m.meter_id = i.meter_id
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.service_point_id = i.service_point_id
    AND (i.valid_to IS NULL OR s.valid_from < i.valid_to)
    AND (s.valid_to IS NULL OR i.valid_from < s.valid_to)
  WHERE m.kind = 'consumer'
),
-- and on each day on which the feeder sent something out: for how many seconds of it
hung_day AS (
  SELECT
    d.day,
    h.feeder_id,
    h.meter_id,
    h.ami,
    sum(
      unix_seconds(least(h.valid_to, to_utc_timestamp(date_add(d.day, 1), 'Asia/Karachi')))
        - unix_seconds(greatest(h.valid_from, to_utc_timestamp(d.day, 'Asia/Karachi')))
    ) AS seconds
  FROM hung h
  JOIN sent_day d
    ON d.feeder_id = h.feeder_id
    AND h.valid_from < to_utc_timestamp(date_add(d.day, 1), 'Asia/Karachi')
    AND (h.valid_to IS NULL OR h.valid_to > to_utc_timestamp(d.day, 'Asia/Karachi'))
  GROUP BY d.day, h.feeder_id, h.meter_id, h.ami
),
register AS (
  SELECT
    h.day,
    h.feeder_id,
    'register' AS part,
    CAST(
      coalesce(sum(
        CASE
          WHEN NOT h.ami
            THEN CAST(
              p.energy_kwh * CAST(h.seconds AS DECIMAL(9, 0)) / CAST(p.days * 86400L AS DECIMAL(12, 0))
              AS DECIMAL(28, 9))
        END), 0)
      AS DECIMAL(30, 18)) AS energy_kwh,
    count(DISTINCT h.meter_id) AS meters,
    count(DISTINCT CASE WHEN NOT h.ami AND p.meter_id IS NOT NULL THEN h.meter_id END) AS known_meters
  FROM hung_day h
  LEFT JOIN ${ref('silver.metering.register_period')} p
    ON p.meter_id = h.meter_id
    AND p.period_from <= h.day
    AND h.day < p.period_to
  GROUP BY h.day, h.feeder_id
),
-- 30 digits, so that sums and differences keep all 18 behind the point
total AS (
  SELECT
    day,
    feeder_id,
    CAST(sum(CASE WHEN part = 'sent_out' THEN energy_kwh END) AS DECIMAL(30, 18)) AS sent_out_kwh,
    CAST(coalesce(sum(CASE WHEN part = 'pmt' THEN energy_kwh END), 0) AS DECIMAL(30, 18)) AS pmt_kwh,
    CAST(coalesce(sum(CASE WHEN part = 'ami' THEN energy_kwh END), 0) AS DECIMAL(30, 18)) AS ami_kwh,
    CAST(coalesce(sum(CASE WHEN part = 'register' THEN energy_kwh END), 0) AS DECIMAL(30, 18)) AS register_kwh,
    coalesce(sum(CASE WHEN part = 'pmt' THEN meters END), 0) AS metered_pmts,
    coalesce(sum(CASE WHEN part = 'register' THEN meters END), 0) AS consumer_meters,
    sum(known_meters) AS known_meters
  FROM (SELECT * FROM energy UNION ALL SELECT * FROM register)
  GROUP BY day, feeder_id
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
        THEN CAST(sent_out_kwh - (ami_kwh + register_kwh) AS DECIMAL(28, 9)) * 100
          / CAST(sent_out_kwh AS DECIMAL(28, 9))
    END
    AS DECIMAL(18, 4)) AS loss_percent,
  metered_pmts,
  consumer_meters,
  consumer_meters - known_meters AS unread_meters
FROM total
