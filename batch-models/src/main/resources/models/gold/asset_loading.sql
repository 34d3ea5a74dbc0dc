/*
description: >-
  How hard a PMT was worked on a day: its peak against what it is rated for, the hours above, and how often it failed.
  Only intervals that were measured and are sound count; an estimate makes no peak. An interval without reactive energy
  counts with none. The rating is the present one: the source keeps no history of it, and a change restates all days.
materialized: touched_partitions
unique_key: [pmt_id, day]
partition_by: day
tags: [mart, network]
inputs:
  silver.metering.interval_fact:
    reach: day
    watches: [pmt_id, raw_kwh, reactive_kvarh, rule]
  silver.network.pmt:
    reach: {from: null}
    watches: [rated_kva]
  # a fault counts for a year
  silver.network.interruption:
    reach:
      from: >-
        CASE WHEN kind = 'fault' AND pmt_id IS NOT NULL THEN to_date(started_at + INTERVAL 5 HOURS)
             ELSE DATE '9999-12-31' END
      to: >-
        CASE WHEN kind = 'fault' AND pmt_id IS NOT NULL THEN date_add(to_date(started_at + INTERVAL 5 HOURS), 364)
             ELSE DATE '0001-01-01' END
    watches: [kind, pmt_id, to_date(started_at + INTERVAL 5 HOURS)]
columns:
  pmt_id: network.pmt
  day: The day, in Karachi
  rated_kva: Rated apparent power in kVA, as it is now
  intervals: Intervals that count
  unmeasured_reactive: Those of them without reactive energy
  peak_kva: The largest mean apparent power of an interval in kVA, rounded to 6 digits
  peak_percent: peak_kva in percent of rated_kva, rounded to 4 digits
  hours_over_80_percent: Hours of the intervals above 80 percent of rated_kva
  hours_over_100_percent: Hours of the intervals above rated_kva
  faults: Faults of this PMT that began on the day
  faults_365_days: The same for the 365 days that end with this one
audits:
  - not_null: [pmt_id, day, peak_kva, intervals]
  - unique: [pmt_id, day]
  - relationship: {column: pmt_id, to: gold.dim_pmt}
    severity: warn
  - name: above_rating_is_above_80_percent_too
    rows: SELECT * FROM ${this} WHERE hours_over_100_percent > hours_over_80_percent
  - name: loaded_beyond_belief
    rows: SELECT * FROM ${this} WHERE peak_percent > 300
    severity: warn
*/
WITH interval AS (
  SELECT
    pmt_id,
    day,
    interval_minutes,
    reactive_kvarh,
    -- squares stay exact, so that no order of adding and no rounding decides on which side of a limit one is
    CAST(CAST(raw_kwh AS DECIMAL(12, 6)) * CAST(raw_kwh AS DECIMAL(12, 6)) AS DECIMAL(25, 12))
      + CAST(
        CAST(coalesce(reactive_kvarh, 0) AS DECIMAL(12, 6)) * CAST(coalesce(reactive_kvarh, 0) AS DECIMAL(12, 6))
        AS DECIMAL(25, 12)) AS square
  FROM ${ref('silver.metering.interval_fact')}
  WHERE pmt_id IS NOT NULL
    AND received
    AND (rule IS NULL OR rule = 'frozen')
),
loading AS (
  SELECT
    i.pmt_id,
    i.day,
    max(p.rated_kva) AS rated_kva,
    count(*) AS intervals,
    count_if(i.reactive_kvarh IS NULL) AS unmeasured_reactive,
    max(i.square * CAST(3600 div (i.interval_minutes * i.interval_minutes) AS DECIMAL(4, 0))) AS peak_square,
    sum(
      CASE
        WHEN i.square * 3600
          > CAST(p.rated_kva * i.interval_minutes * 0.8 AS DECIMAL(15, 2))
            * CAST(p.rated_kva * i.interval_minutes * 0.8 AS DECIMAL(15, 2))
          THEN i.interval_minutes
      END) AS minutes_over_80,
    sum(
      CASE
        WHEN i.square * 3600
          > CAST(p.rated_kva * i.interval_minutes AS DECIMAL(15, 2))
            * CAST(p.rated_kva * i.interval_minutes AS DECIMAL(15, 2))
          THEN i.interval_minutes
      END) AS minutes_over_100
  FROM interval i
  LEFT JOIN ${ref('silver.network.pmt')} p
    ON p.pmt_id = i.pmt_id
  GROUP BY i.pmt_id, i.day
),
failed AS (
  SELECT
    l.pmt_id,
    l.day,
    max(l.rated_kva) AS rated_kva,
    max(l.intervals) AS intervals,
    max(l.unmeasured_reactive) AS unmeasured_reactive,
    CAST(sqrt(CAST(max(l.peak_square) AS DOUBLE)) AS DECIMAL(18, 6)) AS peak_kva,
    coalesce(max(l.minutes_over_80), 0L) AS minutes_over_80,
    coalesce(max(l.minutes_over_100), 0L) AS minutes_over_100,
    count_if(f.failed_on = l.day) AS faults,
    count(f.failed_on) AS faults_365_days
  FROM loading l
  LEFT JOIN (
    SELECT pmt_id, to_date(started_at + INTERVAL 5 HOURS) AS failed_on
    FROM ${ref('silver.network.interruption')}
    WHERE kind = 'fault' AND pmt_id IS NOT NULL
  ) f
    ON f.pmt_id = l.pmt_id
    AND f.failed_on <= l.day
    AND f.failed_on >= date_sub(l.day, 364)
  GROUP BY l.pmt_id, l.day
)
SELECT
  pmt_id,
  day,
  rated_kva,
  intervals,
  unmeasured_reactive,
  peak_kva,
  CAST(peak_kva * 100 / nullif(rated_kva, 0) AS DECIMAL(18, 4)) AS peak_percent,
  CAST(CAST(minutes_over_80 AS DECIMAL(9, 0)) / 60 AS DECIMAL(9, 2)) AS hours_over_80_percent,
  CAST(CAST(minutes_over_100 AS DECIMAL(9, 0)) / 60 AS DECIMAL(9, 2)) AS hours_over_100_percent,
  faults,
  faults_365_days
FROM failed
