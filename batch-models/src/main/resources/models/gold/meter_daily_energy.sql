/*
description: What a meter's intervals of one day add up to, to the last digit; days are Karachi days of the interval's begin
materialized: touched_partitions
unique_key: [meter_id, day]
partition_by: day
tags: [metering]
inputs:
  silver.metering.interval_reading:
    reach: to_date(read_at + INTERVAL 5 HOURS)
    watches: [energy_kwh, reactive_kvarh, status]
columns:
  meter_id: metering.meter
  day: The day, in Karachi
  intervals: Intervals received
  corrected_intervals: Those of them whose value was corrected or estimated
  energy_kwh: Active energy in kWh, the exact sum
  reactive_kvarh: Reactive energy in kvarh, the exact sum; null where none was measured
audits:
  - not_null: [meter_id, day, energy_kwh]
  - unique: [meter_id, day]
*/
SELECT
  meter_id,
  to_date(read_at + INTERVAL 5 HOURS) AS day,
  count(*) AS intervals,
  count_if(status <> 'measured') AS corrected_intervals,
  CAST(sum(energy_kwh) AS DECIMAL(30, 18)) AS energy_kwh,
  CAST(sum(reactive_kvarh) AS DECIMAL(30, 18)) AS reactive_kvarh
FROM ${ref('silver.metering.interval_reading')}
GROUP BY meter_id, to_date(read_at + INTERVAL 5 HOURS)
