/*
description: What a tariff of a notification was, and when (SCD type 2), by the commits of the billing platform
materialized: scd2
unique_key: [tariff_code, effective_from]
tags: [billing, history]
columns:
  tariff_code: billing.tariff
  effective_from: First day on which it is valid by its notification
  effective_to: First day on which it is no longer valid by its notification; null - still valid
  tariff_class: lifeline, protected, unprotected, commercial or industrial
  time_of_use: Whether peak units have a rate of their own
  fixed_charge_rs: Rs per month
  fixed_charge_rs_per_kw: Rs per month and kW of sanctioned load
  electricity_duty_percent: Percent of the energy's cost
  sales_tax_percent: Percent of energy, fixed charges and duty
  valid_from: When the platform committed it; for what the first load found, when that was
  valid_to: When it was something else, or no more; null until now
  is_current: Whether it is so until now
audits:
  - not_null: [tariff_code, effective_from, valid_from, is_current]
  - unique: [tariff_code, effective_from, valid_from]
  - name: one_state_at_a_time
    rows: |
      SELECT tariff_code, effective_from, valid_from, valid_to, next_from
      FROM (
        SELECT *,
          lead(valid_from) OVER (PARTITION BY tariff_code, effective_from ORDER BY valid_from) AS next_from
        FROM ${this})
      WHERE valid_to <= valid_from
        OR next_from < coalesce(valid_to, TIMESTAMP '9999-12-31 00:00:00')
*/
SELECT
  tariff_code,
  effective_from,
  effective_to,
  tariff_class,
  time_of_use,
  fixed_charge_rs,
  fixed_charge_rs_per_kw,
  electricity_duty_percent,
  sales_tax_percent,
  valid_from,
  valid_to,
  is_current
FROM ${ref('bronze.billing.tariff')}
