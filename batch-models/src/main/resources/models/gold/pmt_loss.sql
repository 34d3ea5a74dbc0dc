/*
description: >-
  What a PMT's own meter measured in a month against what the consumers below it drew, after validation and estimation,
  within the days on which its meter was read. A consumer counts for the time that the PMT supplied it; one without AMI
  is read by register, and the energy between two readings is spread evenly over the time between.
materialized: touched_partitions
unique_key: [pmt_id, month]
partition_by: month
tags: [mart, loss]
inputs:
  silver.metering.pmt_meter_day:
    reach: CAST(trunc(day, 'MM') AS DATE)
  silver.metering.register_period:
    reach:
      from: CAST(trunc(period_from, 'MM') AS DATE)
      to: CAST(trunc(date_sub(period_to, 1), 'MM') AS DATE)
  # AMI meters come by their days
  silver.metering.meter_place:
    reach:
      from: >-
        CASE WHEN ami OR service_point_id IS NULL THEN DATE '9999-12-31' ELSE
        CAST(trunc(to_date(
          CASE WHEN _old.ami = _new.ami AND _old.service_point_id = _new.service_point_id
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS), 'MM') AS DATE) END
      to: >-
        CASE WHEN ami OR service_point_id IS NULL THEN DATE '0001-01-01'
             ELSE CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE) END
    watches: [ami, service_point_id, valid_to]
  silver.network.service_point_supply:
    reach:
      from: >-
        CAST(trunc(to_date(
          CASE WHEN _old.pmt_id = _new.pmt_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END
            + INTERVAL 5 HOURS), 'MM') AS DATE)
      to: CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [pmt_id, valid_to]
  silver.network.feeder_pmt:
    reach:
      from: >-
        CAST(trunc(to_date(
          CASE WHEN _old.feeder_id = _new.feeder_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END
            + INTERVAL 5 HOURS), 'MM') AS DATE)
      to: CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [feeder_id, valid_to]
columns:
  pmt_id: network.pmt
  month: First day of the month
  feeder_id: network.feeder that fed it at the end of last_day; null where none did
  first_day: The first day of the month of which its meter's energy is known
  last_day: The last such day; what follows counts from the first to the last
  pmt_kwh: Energy by the PMT's own meter, in kWh
  pmt_estimated_kwh: The part of it that was estimated, in kWh
  ami_kwh: Energy by the intervals of the AMI consumers below, in kWh
  register_kwh: Energy of the other consumers, spread evenly between readings, in kWh, rounded to 9 digits each
  consumer_kwh: ami_kwh and register_kwh together
  loss_kwh: pmt_kwh less consumer_kwh
  loss_percent: loss_kwh in percent of pmt_kwh, rounded to 4 digits; null where pmt_kwh is 0
  register_meters: Consumer meters without AMI that hung below it
  unread_meters: Those of them whose energy is not known for all of the time; loss_kwh still holds it
  rank_in_feeder: 1 for the PMT of the feeder that loses most in the month; null where feeder_id is
restates: [pmt_kwh, consumer_kwh, loss_kwh]
audits:
  - not_null: [pmt_id, month, pmt_kwh, consumer_kwh, loss_kwh]
  - unique: [pmt_id, month]
  - relationship: {column: pmt_id, to: gold.dim_pmt}
    severity: warn
  - name: more_consumed_than_measured_at_the_pmt
    rows: SELECT * FROM ${this} WHERE loss_kwh < 0
    severity: warn
*/
WITH metered AS (
  SELECT
    CAST(trunc(day, 'MM') AS DATE) AS month,
    pmt_id,
    min(day) AS first_day,
    max(day) AS last_day,
    CAST(min(day) AS TIMESTAMP) - INTERVAL 5 HOURS AS begins_at,
    CAST(date_add(max(day), 1) AS TIMESTAMP) - INTERVAL 5 HOURS AS ends_at,
    CAST(sum(energy_kwh) AS DECIMAL(30, 18)) AS pmt_kwh,
    CAST(sum(estimated_kwh) AS DECIMAL(30, 18)) AS pmt_estimated_kwh
  FROM ${ref('silver.metering.pmt_meter_day')}
  WHERE part = 'pmt'
  GROUP BY CAST(trunc(day, 'MM') AS DATE), pmt_id
),
ami AS (
  SELECT
    m.month,
    m.pmt_id,
    CAST(sum(c.energy_kwh) AS DECIMAL(30, 18)) AS ami_kwh
  FROM metered m
  JOIN ${ref('silver.metering.pmt_meter_day')} c
    ON CAST(trunc(c.day, 'MM') AS DATE) = m.month
    AND c.pmt_id = m.pmt_id
    AND c.day BETWEEN m.first_day AND m.last_day
    AND c.part = 'consumer'
  GROUP BY m.month, m.pmt_id
),
-- when each register hung below the PMT within the metered days
hung AS (
  SELECT
    m.month,
    m.pmt_id,
    p.meter_id,
    unix_seconds(greatest(p.valid_from, s.valid_from, m.begins_at)) AS from_second,
    -- least() passes over null, which means: without end
    unix_seconds(least(p.valid_to, s.valid_to, m.ends_at)) AS to_second
  FROM metered m
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.pmt_id = m.pmt_id
    AND s.valid_from < m.ends_at
    AND (s.valid_to IS NULL OR s.valid_to > m.begins_at)
  JOIN ${ref('silver.metering.meter_place')} p
    ON p.service_point_id = s.service_point_id
    AND NOT p.ami
    AND p.valid_from < least(s.valid_to, m.ends_at)
    AND (p.valid_to IS NULL OR p.valid_to > greatest(s.valid_from, m.begins_at))
),
-- a meter and PMT in a month: what hung, and what of it each period holds
held AS (
  SELECT
    h.month,
    h.pmt_id,
    h.meter_id,
    r.period_from,
    max(r.energy_kwh) AS energy_kwh,
    max(r.days) AS days,
    sum(
      least(h.to_second, unix_seconds(CAST(r.period_to AS TIMESTAMP)) - 18000)
        - greatest(h.from_second, unix_seconds(CAST(r.period_from AS TIMESTAMP)) - 18000)) AS seconds
  FROM hung h
  JOIN ${ref('silver.metering.register_period')} r
    ON r.meter_id = h.meter_id
    AND unix_seconds(CAST(r.period_from AS TIMESTAMP)) - 18000 < h.to_second
    AND unix_seconds(CAST(r.period_to AS TIMESTAMP)) - 18000 > h.from_second
  GROUP BY h.month, h.pmt_id, h.meter_id, r.period_from
),
known AS (
  SELECT
    month,
    pmt_id,
    meter_id,
    0L AS hung_seconds,
    seconds AS known_seconds,
    CAST(
      energy_kwh * CAST(seconds AS DECIMAL(9, 0)) / CAST(days * 86400L AS DECIMAL(12, 0))
      AS DECIMAL(28, 9)) AS energy_kwh
  FROM held
  UNION ALL
  SELECT month, pmt_id, meter_id, to_second - from_second, 0L, CAST(0 AS DECIMAL(28, 9))
  FROM hung
),
register AS (
  SELECT
    month,
    pmt_id,
    CAST(sum(energy_kwh) AS DECIMAL(30, 9)) AS register_kwh,
    count(*) AS register_meters,
    count_if(unknown_seconds > 0) AS unread_meters
  FROM (
    SELECT
      month,
      pmt_id,
      meter_id,
      CAST(sum(energy_kwh) AS DECIMAL(30, 9)) AS energy_kwh,
      sum(hung_seconds) - sum(known_seconds) AS unknown_seconds
    FROM known
    GROUP BY month, pmt_id, meter_id
  )
  GROUP BY month, pmt_id
),
total AS (
  SELECT
    m.pmt_id,
    m.month,
    f.feeder_id,
    m.first_day,
    m.last_day,
    m.pmt_kwh,
    m.pmt_estimated_kwh,
    coalesce(a.ami_kwh, CAST(0 AS DECIMAL(30, 18))) AS ami_kwh,
    CAST(coalesce(r.register_kwh, 0) AS DECIMAL(30, 18)) AS register_kwh,
    coalesce(r.register_meters, 0L) AS register_meters,
    coalesce(r.unread_meters, 0L) AS unread_meters
  FROM metered m
  LEFT JOIN ami a
    ON a.month = m.month
    AND a.pmt_id = m.pmt_id
  LEFT JOIN register r
    ON r.month = m.month
    AND r.pmt_id = m.pmt_id
  LEFT JOIN ${ref('silver.network.feeder_pmt')} f
    ON f.pmt_id = m.pmt_id
    AND f.valid_from < m.ends_at
    AND (f.valid_to IS NULL OR f.valid_to >= m.ends_at)
),
balanced AS (
  SELECT
    *,
    CAST(ami_kwh + register_kwh AS DECIMAL(30, 18)) AS consumer_kwh,
    CAST(pmt_kwh - (ami_kwh + register_kwh) AS DECIMAL(30, 18)) AS loss_kwh
  FROM total
)
SELECT
  pmt_id,
  month,
  feeder_id,
  first_day,
  last_day,
  pmt_kwh,
  pmt_estimated_kwh,
  ami_kwh,
  register_kwh,
  consumer_kwh,
  loss_kwh,
  CAST(
    CAST(loss_kwh AS DECIMAL(22, 12)) * 100 / nullif(CAST(pmt_kwh AS DECIMAL(22, 12)), 0)
    AS DECIMAL(18, 4)) AS loss_percent,
  register_meters,
  unread_meters,
  CASE WHEN feeder_id IS NOT NULL
    THEN rank() OVER (PARTITION BY month, feeder_id ORDER BY loss_kwh DESC)
  END AS rank_in_feeder
FROM balanced
