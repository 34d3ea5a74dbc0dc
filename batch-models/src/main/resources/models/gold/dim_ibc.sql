/*
description: An integrated business centre, the utility's local office
materialized: merge_by_key
unique_key: [ibc_id]
tags: [dimension]
inputs:
  silver.billing.ibc: {reach: ibc_id}
columns:
  ibc_id: billing.ibc
  name: Its name
  district: The district it lies in
  areas: The neighbourhoods that it serves
audits:
  - not_null: [ibc_id, name]
  - unique: [ibc_id]
*/
SELECT
  ibc_id,
  name,
  district,
  areas
FROM ${ref('silver.billing.ibc')}
