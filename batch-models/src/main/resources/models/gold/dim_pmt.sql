/*
description: A pole-mounted transformer, with the feeder that feeds it now
materialized: merge_by_key
unique_key: [pmt_id]
tags: [dimension]
inputs:
  silver.network.pmt: {reach: pmt_id}
  silver.network.feeder_pmt: {reach: pmt_id, watches: [feeder_id, valid_to]}
columns:
  pmt_id: network.pmt
  code: Its code in the network
  rated_kva: Rated apparent power in kVA
  latitude_deg: Latitude in degrees north
  longitude_deg: Longitude in degrees east
  commissioned_on: The day, in Karachi
  feeder_id: network.feeder; null where it is fed by none
audits:
  - not_null: [pmt_id, code, rated_kva]
  - unique: [pmt_id]
*/
SELECT
  p.pmt_id,
  p.code,
  p.rated_kva,
  p.latitude_deg,
  p.longitude_deg,
  p.commissioned_on,
  f.feeder_id
FROM ${ref('silver.network.pmt')} p
LEFT JOIN ${ref('silver.network.feeder_pmt')} f
  ON f.pmt_id = p.pmt_id
  AND f.valid_to IS NULL
