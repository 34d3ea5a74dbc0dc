/*
description: A meter, with the place where it hangs now
materialized: merge_by_key
unique_key: [meter_id]
tags: [dimension]
inputs:
  silver.metering.meter: {reach: meter_id}
  silver.metering.meter_installation:
    reach: meter_id
    watches: [service_point_id, pmt_id, feeder_id, valid_to]
columns:
  meter_id: metering.meter
  kind: consumer, pmt or feeder
  ami: Whether it sends intervals
  interval_minutes: Length of its intervals in minutes; null where it sends none
  phases: 1 or 3
  manufacturer: Who made it
  status: in_service, removed or faulty
  service_point_id: network.service_point, for a consumer's meter
  pmt_id: network.pmt, for a PMT's meter
  feeder_id: network.feeder, for a meter at a feeder's head
audits:
  - not_null: [meter_id, kind, ami]
  - unique: [meter_id]
  - accepted_values: {column: kind, values: [consumer, pmt, feeder]}
*/
SELECT
  m.meter_id,
  m.kind,
  m.ami,
  m.interval_minutes,
  m.phases,
  m.manufacturer,
  m.status,
  i.service_point_id,
  i.pmt_id,
  i.feeder_id
FROM ${ref('silver.metering.meter')} m
LEFT JOIN ${ref('silver.metering.meter_installation')} i
  ON i.meter_id = m.meter_id
  AND i.valid_to IS NULL
