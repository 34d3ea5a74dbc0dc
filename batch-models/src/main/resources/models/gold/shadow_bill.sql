/*
description: >-
  Each bill that is not cancelled, made once more from the registers on its two days, the slabs of its tariff as valid
  on period_to and the consumer's load, beside what was issued. The load is the one of now: the source keeps no
  history of it. Whether the tariff's category is right is no matter of this mart: see slab_migration.
materialized: merge_by_key
unique_key: [consumer_id, bill_id]
reach_by: consumer_id
tags: [mart, revenue]
inputs:
  silver.billing.bill:
    reach: consumer_id
    watches:
      - bill_month
      - meter_id
      - period_to
      - units_kwh
      - peak_units_kwh
      - tariff_code
      - tariff_effective_from
      - energy_charge_rs
      - fixed_charge_rs
      - electricity_duty_rs
      - sales_tax_rs
      - amount_rs
      - status = 'cancelled'
  silver.billing.bill_register: {reach: consumer_id}
  silver.billing.consumer: {reach: consumer_id, watches: [sanctioned_load_kw]}
  silver.billing.tariff:
    watches:
      - effective_to
      - time_of_use
      - fixed_charge_rs
      - fixed_charge_rs_per_kw
      - electricity_duty_percent
      - sales_tax_percent
columns:
  consumer_id: billing.consumer
  bill_id: billing.bill
  bill_month: First day of the month in which period_to lies
  tariff_code: Code of the bill's tariff
  tariff_effective_from: First day of its notification that is valid on period_to; null where none is
  units_kwh: Units by the registers, in kWh; null where one was not read
  peak_units_kwh: Peak units by the registers, in kWh; 0 without time of use
  energy_charge_rs: Energy charge of these units by the slabs, in Rs
  fixed_charge_rs: Fixed charges, in Rs
  electricity_duty_rs: Duty on both, in Rs
  sales_tax_rs: Tax on the three, in Rs
  amount_rs: The four together, in Rs
  issued_units_kwh: Units of the bill as issued, in kWh
  issued_amount_rs: Its amount as issued, in Rs
  difference_rs: issued_amount_rs less amount_rs, in Rs; positive where too much was charged
  verdict: >-
    agrees, or no_reading, no_tariff, negative_units, or the first link that differs: units, peak_units, tariff,
    energy_charge, fixed_charge, electricity_duty, sales_tax
restates: [amount_rs, issued_amount_rs, difference_rs, verdict]
audits:
  - not_null: [consumer_id, bill_id, verdict, issued_amount_rs]
  - unique: [consumer_id, bill_id]
  - relationship: {column: consumer_id, to: gold.dim_consumer}
  - name: issued_otherwise_than_recomputed
    rows: SELECT * FROM ${this} WHERE verdict <> 'agrees'
    severity: warn
*/
-- a tariff with its slabs in one row: few enough to be sent to every task
WITH tariff AS (
  SELECT
    t.tariff_code,
    t.effective_from,
    max(t.effective_to) AS effective_to,
    max(t.time_of_use) AS time_of_use,
    max(t.fixed_charge_rs) AS fixed_charge_rs,
    max(t.fixed_charge_rs_per_kw) AS fixed_charge_rs_per_kw,
    max(t.electricity_duty_percent) AS electricity_duty_percent,
    max(t.sales_tax_percent) AS sales_tax_percent,
    collect_list(
      named_struct(
        'from_units', s.from_units,
        'to_units', s.to_units,
        'rate', s.rate_rs_per_kwh,
        'peak_rate', s.peak_rate_rs_per_kwh)) AS slabs
  FROM ${ref('silver.billing.tariff')} t
  JOIN ${ref('silver.billing.tariff_slab')} s
    ON s.tariff_code = t.tariff_code
    AND s.effective_from = t.effective_from
  GROUP BY t.tariff_code, t.effective_from
),
metered AS (
  SELECT
    b.consumer_id,
    b.bill_id,
    b.bill_month,
    b.tariff_code,
    b.tariff_effective_from AS issued_effective_from,
    b.units_kwh AS issued_units_kwh,
    b.peak_units_kwh AS issued_peak_units_kwh,
    b.energy_charge_rs AS issued_energy_rs,
    b.fixed_charge_rs AS issued_fixed_rs,
    b.electricity_duty_rs AS issued_duty_rs,
    b.sales_tax_rs AS issued_tax_rs,
    b.amount_rs AS issued_amount_rs,
    t.effective_from,
    t.time_of_use,
    t.slabs,
    t.electricity_duty_percent,
    t.sales_tax_percent,
    CAST(t.fixed_charge_rs + t.fixed_charge_rs_per_kw * c.sanctioned_load_kw AS DECIMAL(14, 2)) AS fixed_rs,
    CAST(floor(r.register_to_kwh) - floor(r.register_from_kwh) AS DECIMAL(12, 0)) AS units_kwh,
    CAST(floor(r.peak_register_to_kwh) - floor(r.peak_register_from_kwh) AS DECIMAL(12, 0)) AS peak_kwh
  FROM ${ref('silver.billing.bill')} b
  JOIN ${ref('silver.billing.consumer')} c
    ON c.consumer_id = b.consumer_id
  LEFT JOIN ${ref('silver.billing.bill_register')} r
    ON r.consumer_id = b.consumer_id
    AND r.bill_id = b.bill_id
  LEFT JOIN tariff t
    ON t.tariff_code = b.tariff_code
    AND b.period_to >= t.effective_from
    AND (t.effective_to IS NULL OR b.period_to < t.effective_to)
  WHERE b.status <> 'cancelled'
),
-- least() passes over null, which here means: unknown
peak AS (
  SELECT
    *,
    CASE
      WHEN NOT time_of_use THEN CAST(0 AS DECIMAL(12, 0))
      WHEN time_of_use AND peak_kwh IS NOT NULL THEN least(units_kwh, peak_kwh)
    END AS peak_units_kwh
  FROM metered
),
charged AS (
  SELECT
    *,
    CASE
      WHEN units_kwh >= 0 AND peak_units_kwh >= 0
        THEN CAST(
          aggregate(
            slabs,
            CAST(0 AS DECIMAL(32, 4)),
            (total, s) -> CAST(
              total + CASE
                WHEN time_of_use THEN (units_kwh - peak_units_kwh) * s.rate + peak_units_kwh * s.peak_rate
                ELSE greatest(0, least(units_kwh, s.to_units) - s.from_units) * s.rate
              END
              AS DECIMAL(32, 4)))
          AS DECIMAL(14, 2))
    END AS energy_charge_rs
  FROM peak
),
fixed AS (
  SELECT
    *,
    CASE WHEN energy_charge_rs IS NOT NULL THEN fixed_rs END AS fixed_charge_rs
  FROM charged
),
dutied AS (
  SELECT
    *,
    CAST((energy_charge_rs + fixed_charge_rs) * electricity_duty_percent * 0.01 AS DECIMAL(14, 2))
      AS electricity_duty_rs
  FROM fixed
),
taxed AS (
  SELECT
    *,
    CAST((energy_charge_rs + fixed_charge_rs + electricity_duty_rs) * sales_tax_percent * 0.01 AS DECIMAL(14, 2))
      AS sales_tax_rs
  FROM dutied
)
SELECT
  consumer_id,
  bill_id,
  bill_month,
  tariff_code,
  effective_from AS tariff_effective_from,
  units_kwh,
  peak_units_kwh,
  energy_charge_rs,
  fixed_charge_rs,
  electricity_duty_rs,
  sales_tax_rs,
  CAST(energy_charge_rs + fixed_charge_rs + electricity_duty_rs + sales_tax_rs AS DECIMAL(14, 2)) AS amount_rs,
  issued_units_kwh,
  issued_amount_rs,
  CAST(
    issued_amount_rs - (energy_charge_rs + fixed_charge_rs + electricity_duty_rs + sales_tax_rs)
    AS DECIMAL(14, 2)) AS difference_rs,
  CASE
    WHEN units_kwh IS NULL OR (effective_from IS NOT NULL AND peak_units_kwh IS NULL) THEN 'no_reading'
    WHEN effective_from IS NULL THEN 'no_tariff'
    WHEN units_kwh < 0 OR peak_units_kwh < 0 THEN 'negative_units'
    WHEN issued_units_kwh <> units_kwh THEN 'units'
    WHEN issued_peak_units_kwh <> peak_units_kwh THEN 'peak_units'
    WHEN issued_effective_from <> effective_from THEN 'tariff'
    WHEN issued_energy_rs <> energy_charge_rs THEN 'energy_charge'
    WHEN issued_fixed_rs <> fixed_charge_rs THEN 'fixed_charge'
    WHEN issued_duty_rs <> electricity_duty_rs THEN 'electricity_duty'
    WHEN issued_tax_rs <> sales_tax_rs THEN 'sales_tax'
    ELSE 'agrees'
  END AS verdict
FROM taxed
