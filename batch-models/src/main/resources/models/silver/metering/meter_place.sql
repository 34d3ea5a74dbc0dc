/*
description: Where a meter hung and when, with what is known of the meter; one row per installation
materialized: merge_by_key
unique_key: [meter_id, valid_from]
reach_by: meter_id
tags: [metering]
inputs:
  silver.metering.meter_installation:
    reach: meter_id
    watches: [valid_to, service_point_id, pmt_id, feeder_id]
  silver.metering.meter: {reach: meter_id, watches: [kind, ami, interval_minutes, phases]}
columns:
  meter_id: metering.meter
  valid_from: First instant
  valid_to: First instant no longer; null while it hangs there
  kind: consumer, pmt or feeder
  ami: Whether it sends intervals
  interval_minutes: Length of its intervals in minutes; null where it sends none
  phases: 1 or 3
  service_point_id: network.service_point, for a consumer's meter
  pmt_id: network.pmt, for a PMT's meter
  feeder_id: network.feeder, for a meter at a feeder's head
audits:
  - not_null: [meter_id, valid_from, kind, ami]
  - unique: [meter_id, valid_from]
*/
SELECT
  i.meter_id,
  i.valid_from,
  i.valid_to,
  m.kind,
  m.ami,
  m.interval_minutes,
  m.phases,
  i.service_point_id,
  i.pmt_id,
  i.feeder_id
FROM ${ref('silver.metering.meter_installation')} i
JOIN ${ref('silver.metering.meter')} m
  ON m.meter_id = i.meter_id
