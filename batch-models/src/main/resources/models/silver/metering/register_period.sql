/*
description: >-
  Energy between two successive readings of a consumer meter's register. The register when a meter was hung
  or taken down counts as a reading on that day, unless the meter was read on it.
materialized: merge_by_key
unique_key: [meter_id, period_from]
reach_by: meter_id
tags: [metering]
inputs:
  silver.metering.register_reading: {reach: meter_id, watches: [register_kwh]}
  silver.metering.meter_installation:
    reach: meter_id
    watches: [valid_from, valid_to, initial_register_kwh, final_register_kwh]
columns:
  meter_id: metering.meter
  period_from: First day, in Karachi
  period_to: First day no longer
  days: Days from period_from to period_to
  energy_kwh: Register at period_to less register at period_from, in kWh
audits:
  - not_null: [meter_id, period_from, period_to, energy_kwh]
  - unique: [meter_id, period_from]
*/
WITH reading AS (
  SELECT meter_id, read_on, register_kwh, 0 AS priority
  FROM ${ref('silver.metering.register_reading')}
  UNION ALL
  SELECT
    meter_id,
    to_date(valid_from + INTERVAL 5 HOURS),
    initial_register_kwh,
    1
  FROM ${ref('silver.metering.meter_installation')}
  WHERE initial_register_kwh IS NOT NULL
  UNION ALL
  SELECT
    meter_id,
    to_date(valid_to + INTERVAL 5 HOURS),
    final_register_kwh,
    2
  FROM ${ref('silver.metering.meter_installation')}
  WHERE final_register_kwh IS NOT NULL AND valid_to IS NOT NULL
),
daily AS (
  SELECT meter_id, read_on, min_by(register_kwh, priority) AS register_kwh
  FROM reading
  GROUP BY meter_id, read_on
),
paired AS (
  SELECT
    meter_id,
    read_on AS period_from,
    lead(read_on) OVER (PARTITION BY meter_id ORDER BY read_on) AS period_to,
    register_kwh AS register_from_kwh,
    lead(register_kwh) OVER (PARTITION BY meter_id ORDER BY read_on) AS register_to_kwh
  FROM daily
)
SELECT
  meter_id,
  period_from,
  period_to,
  datediff(period_to, period_from) AS days,
  CAST(register_to_kwh - register_from_kwh AS DECIMAL(14, 3)) AS energy_kwh
FROM paired
WHERE period_to IS NOT NULL
