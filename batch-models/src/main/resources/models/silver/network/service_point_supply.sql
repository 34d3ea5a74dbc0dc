/*
description: Through which PMT and feeder a service point was supplied, and when; one row per unbroken span
materialized: merge_by_key
unique_key: [service_point_id, valid_from]
tags: [topology]
columns:
  service_point_id: network.service_point
  pmt_id: The PMT that fed it
  feeder_id: The feeder that fed the PMT
  valid_from: First instant
  valid_to: First instant no longer; null while it goes on
audits:
  - not_null: [service_point_id, pmt_id, feeder_id, valid_from]
  - unique: [service_point_id, valid_from]
*/
SELECT
  s.service_point_id,
  greatest(s.valid_from, f.valid_from) AS valid_from,
  -- least() passes over null, which means: without end
  least(s.valid_to, f.valid_to) AS valid_to,
  s.pmt_id,
  f.feeder_id
FROM ${ref('silver.network.pmt_service_point')} s
JOIN ${ref('silver.network.feeder_pmt')} f
  ON f.pmt_id = s.pmt_id
  AND (s.valid_to IS NULL OR f.valid_from < s.valid_to)
  AND (f.valid_to IS NULL OR s.valid_from < f.valid_to)
