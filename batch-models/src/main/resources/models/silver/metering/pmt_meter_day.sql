/*
description: >-
  What each meter with intervals added to a PMT on a day: the PMT's own meter, and the consumers' meters whose service
  point the PMT supplied when the interval began. After validation and estimation.
materialized: touched_partitions
unique_key: [pmt_id, meter_id, part, day]
partition_by: day
tags: [metering]
inputs:
  silver.metering.interval_fact:
    reach: day
    watches: [pmt_id, service_point_id, final_kwh, method IS NULL]
  silver.network.service_point_supply:
    reach:
      from: >-
        to_date(CASE WHEN _old.pmt_id = _new.pmt_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS)
      to: to_date(valid_to + INTERVAL 5 HOURS)
    watches: [pmt_id, valid_to]
columns:
  pmt_id: network.pmt
  meter_id: metering.meter
  part: pmt for the PMT's own meter, consumer for those below it
  day: The day, in Karachi
  energy_kwh: Active energy in kWh, the exact sum of what is known
  estimated_kwh: The part of it that was estimated, in kWh
audits:
  - not_null: [pmt_id, meter_id, part, day, energy_kwh, estimated_kwh]
  - unique: [pmt_id, meter_id, part, day]
*/
WITH placed AS (
  SELECT pmt_id, meter_id, 'pmt' AS part, day, final_kwh, method
  FROM ${ref('silver.metering.interval_fact')}
  WHERE pmt_id IS NOT NULL AND final_kwh IS NOT NULL
  UNION ALL
  SELECT s.pmt_id, f.meter_id, 'consumer', f.day, f.final_kwh, f.method
  FROM ${ref('silver.metering.interval_fact')} f
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.service_point_id = f.service_point_id
    AND f.read_at >= s.valid_from
    AND (s.valid_to IS NULL OR f.read_at < s.valid_to)
  WHERE f.final_kwh IS NOT NULL
)
SELECT
  pmt_id,
  meter_id,
  part,
  day,
  CAST(sum(final_kwh) AS DECIMAL(30, 18)) AS energy_kwh,
  CAST(coalesce(sum(CASE WHEN method IS NOT NULL THEN final_kwh END), 0) AS DECIMAL(30, 18)) AS estimated_kwh
FROM placed
GROUP BY pmt_id, meter_id, part, day
