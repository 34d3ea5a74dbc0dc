/*
description: A tariff as of one notification
materialized: merge_by_key
unique_key: [tariff_code, effective_from]
tags: [dimension]
columns:
  tariff_code: Code of the tariff
  effective_from: First day on which it is valid
  effective_to: First day on which it is no longer valid; null while it is
  tariff_class: lifeline, protected, unprotected, commercial or industrial
  description: In words
  time_of_use: Whether peak hours have a rate of their own
  fixed_charge_rs: Rs per bill
  fixed_charge_rs_per_kw: Rs per bill and kW of sanctioned load
  slabs: Number of its slabs
  lowest_rate_rs_per_kwh: Rate of the cheapest slab, in Rs per kWh
  highest_rate_rs_per_kwh: Rate of the dearest slab, peak rates included, in Rs per kWh
audits:
  - not_null: [tariff_code, effective_from, tariff_class]
  - unique: [tariff_code, effective_from]
*/
SELECT
  t.tariff_code,
  t.effective_from,
  t.effective_to,
  t.tariff_class,
  t.description,
  t.time_of_use,
  t.fixed_charge_rs,
  t.fixed_charge_rs_per_kw,
  coalesce(s.slabs, 0) AS slabs,
  s.lowest_rate_rs_per_kwh,
  s.highest_rate_rs_per_kwh
FROM ${ref('silver.billing.tariff')} t
LEFT JOIN (
  SELECT
    tariff_code,
    effective_from,
    count(*) AS slabs,
    min(rate_rs_per_kwh) AS lowest_rate_rs_per_kwh,
    max(greatest(rate_rs_per_kwh, peak_rate_rs_per_kwh)) AS highest_rate_rs_per_kwh
  FROM ${ref('silver.billing.tariff_slab')}
  GROUP BY tariff_code, effective_from
) s
  ON s.tariff_code = t.tariff_code
  AND s.effective_from = t.effective_from
