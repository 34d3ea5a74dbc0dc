/*
description: What a contract for supply was, and when (SCD type 2), by the commits of the billing platform
materialized: scd2
unique_key: [consumer_id]
tags: [billing, history]
columns:
  consumer_id: billing.consumer
  ibc_id: billing.ibc
  service_point_id: network.service_point
  tariff_code: The tariff of what was then the latest bill
  sanctioned_load_kw: Load it might draw, in kW
  bill_cycle_day: Day of the month on which its register was read
  status: active or disconnected
  disconnected_on: The day, in Karachi; null while it was connected
  valid_from: When the platform committed it; for what the first load found, when that was
  valid_to: When it was something else, or no more; null until now
  is_current: Whether it is so until now
audits:
  - not_null: [consumer_id, valid_from, is_current]
  - unique: [consumer_id, valid_from]
  - name: one_state_at_a_time
    rows: |
      SELECT consumer_id, valid_from, valid_to, next_from
      FROM (
        SELECT *, lead(valid_from) OVER (PARTITION BY consumer_id ORDER BY valid_from) AS next_from
        FROM ${this})
      WHERE valid_to <= valid_from
        OR next_from < coalesce(valid_to, TIMESTAMP '9999-12-31 00:00:00')
*/
SELECT
  consumer_id,
  ibc_id,
  service_point_id,
  tariff_code,
  sanctioned_load_kw,
  bill_cycle_day,
  status,
  disconnected_on,
  valid_from,
  valid_to,
  is_current
FROM ${ref('bronze.billing.consumer')}
