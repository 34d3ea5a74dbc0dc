/*
description: A contract for supply, without name, CNIC, phone, address or account number
materialized: merge_by_key
unique_key: [consumer_id]
tags: [dimension]
inputs:
  silver.billing.consumer:
    reach: consumer_id
    watches:
      [ibc_id, service_point_id, tariff_code, sanctioned_load_kw, bill_cycle_day, status, connected_on, disconnected_on]
columns:
  consumer_id: billing.consumer
  ibc_id: billing.ibc
  service_point_id: network.service_point
  tariff_code: The tariff of the latest bill
  sanctioned_load_kw: Load it may draw, in kW
  bill_cycle_day: Day of the month on which its register is read
  status: active or disconnected
  connected_on: The day, in Karachi
  disconnected_on: The day, in Karachi; null while it is connected
audits:
  - not_null: [consumer_id, ibc_id, service_point_id]
  - unique: [consumer_id]
  - accepted_values: {column: status, values: [active, disconnected]}
  - relationship: {column: ibc_id, to: gold.dim_ibc}
*/
SELECT
  consumer_id,
  ibc_id,
  service_point_id,
  tariff_code,
  sanctioned_load_kw,
  bill_cycle_day,
  status,
  connected_on,
  disconnected_on
FROM ${ref('silver.billing.consumer')}
