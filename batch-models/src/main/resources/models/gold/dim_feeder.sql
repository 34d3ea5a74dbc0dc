/*
description: An 11 kV feeder
materialized: merge_by_key
unique_key: [feeder_id]
tags: [dimension]
columns:
  feeder_id: network.feeder
  code: Its code in the network
  name: Its name
  kind: residential, mixed or industrial
  length_km: Its length in km
  grid_station: Name of the grid station that feeds it
  ibc_id: billing.ibc
  ibc: Name of the IBC
  commissioned_on: The day, in Karachi
audits:
  - not_null: [feeder_id, code, ibc_id]
  - unique: [feeder_id]
  - accepted_values: {column: kind, values: [residential, mixed, industrial]}
  - relationship: {column: ibc_id, to: gold.dim_ibc}
*/
SELECT
  f.feeder_id,
  f.code,
  f.name,
  f.kind,
  f.length_km,
  g.name AS grid_station,
  f.ibc_id,
  i.name AS ibc,
  f.commissioned_on
FROM ${ref('silver.network.feeder')} f
LEFT JOIN ${ref('silver.network.grid_station')} g
  ON g.grid_station_id = f.grid_station_id
LEFT JOIN ${ref('gold.dim_ibc')} i
  ON i.ibc_id = f.ibc_id
