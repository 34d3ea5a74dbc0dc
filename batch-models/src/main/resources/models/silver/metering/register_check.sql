/*
description: >-
  The register of a meter against its intervals: the energy between two readings must be that of the intervals of the days
  between, after validation and estimation, within 1 percent or 1 kWh (ours). Periods of up to 62 days of which any
  interval is known.
materialized: touched_partitions
unique_key: [meter_id, period_from]
partition_by: month
tags: [metering]
inputs:
  silver.metering.register_period:
    reach: CAST(trunc(period_to, 'MM') AS DATE)
  # a period may end up to 62 days later
  gold.interval_quality:
    reach:
      from: CAST(trunc(day, 'MM') AS DATE)
      to: CAST(trunc(date_add(day, 62), 'MM') AS DATE)
    watches: [final_kwh, unestimated_intervals, estimated_intervals]
columns:
  meter_id: metering.meter
  period_from: First day, in Karachi
  period_to: First day no longer
  month: First day of the month of period_to
  days: Days from period_from to period_to
  register_kwh: Energy by the register, in kWh
  interval_kwh: Energy by the intervals, in kWh
  known_days: Days of which intervals are known, and none is without a value
  estimated_intervals: Intervals that were estimated
  difference_kwh: interval_kwh less register_kwh
  agrees: Whether they agree; null where known_days is less than days
audits:
  - not_null: [meter_id, period_from, period_to, register_kwh, known_days]
  - unique: [meter_id, period_from]
  - name: register_and_intervals_disagree
    rows: SELECT * FROM ${this} WHERE NOT agrees
    severity: warn
*/
WITH summed AS (
  SELECT
    CAST(trunc(r.period_to, 'MM') AS DATE) AS month,
    r.meter_id,
    r.period_from,
    max(r.period_to) AS period_to,
    max(r.days) AS days,
    max(r.energy_kwh) AS register_kwh,
    CAST(coalesce(sum(q.final_kwh), 0) AS DECIMAL(30, 18)) AS interval_kwh,
    count_if(q.unestimated_intervals = 0) AS known_days,
    sum(q.estimated_intervals) AS estimated_intervals
  FROM ${ref('silver.metering.register_period')} r
  JOIN ${ref('gold.interval_quality')} q
    ON q.meter_id = r.meter_id
    AND q.day >= r.period_from
    AND q.day < r.period_to
  WHERE r.days <= 62
  GROUP BY CAST(trunc(r.period_to, 'MM') AS DATE), r.meter_id, r.period_from
)
SELECT
  meter_id,
  period_from,
  period_to,
  month,
  days,
  register_kwh,
  interval_kwh,
  known_days,
  estimated_intervals,
  CAST(interval_kwh - register_kwh AS DECIMAL(30, 18)) AS difference_kwh,
  CASE WHEN known_days = days
    THEN abs(interval_kwh - register_kwh) <= greatest(CAST(1 AS DECIMAL(16, 5)), CAST(abs(register_kwh) * 0.01 AS DECIMAL(16, 5)))
  END AS agrees
FROM summed
