/*
description: >-
  Each bill that is not cancelled: whether its days were allowed, which slab its units reached in these days and
  which they would have reached in the days that slabs are meant for, and what the difference cost.
  Only a bill whose days were not allowed has an excess; after too few days it is negative or 0.
materialized: merge_by_key
unique_key: [bill_id]
tags: [mart, revenue]
inputs:
  silver.billing.bill:
    reach: bill_id
    watches:
      - consumer_id
      - bill_month
      - period_from
      - period_to
      - units_kwh
      - peak_units_kwh
      - tariff_code
      - tariff_effective_from
      - fixed_charge_rs
      - status = 'cancelled'
  silver.billing.tariff:
    watches: [time_of_use, electricity_duty_percent, sales_tax_percent]
columns:
  bill_id: billing.bill
  consumer_id: billing.consumer
  bill_month: First day of the month in which period_to lies
  period_from: Day of the previous reading
  period_to: Day of the present reading
  tariff_code: Code of its tariff
  units_kwh: Units of the bill, in kWh
  cycle_days: Days from period_from to period_to
  cycle: short, allowed or long, by the rule valid on period_to
  prorated_units_kwh: What the standard days would have measured, in kWh, rounded to 3 digits
  slab: Number of the tariff's slab that units_kwh reached, from 1
  prorated_slab: Number of the slab that they reach when its limits are stretched to the cycle's days
  slab_raised: Whether slab is above prorated_slab
  energy_charge_rs: Energy charge of units_kwh by the slabs, in Rs
  prorated_energy_charge_rs: The same when their limits are stretched to the cycle's days, in Rs
  excess_energy_rs: energy_charge_rs less prorated_energy_charge_rs, in Rs; 0 in an allowed cycle
  excess_rs: The same with duty and tax on it, in Rs
restates: [excess_rs, cycle]
audits:
  - not_null: [bill_id, consumer_id, cycle_days, cycle, energy_charge_rs, excess_rs]
  - unique: [bill_id]
  - relationship: {column: consumer_id, to: gold.dim_consumer}
  - accepted_values: {column: cycle, values: [short, allowed, long]}
  - name: excess_has_the_sign_of_its_days
    rows: SELECT * FROM ${this} WHERE CASE cycle WHEN 'short' THEN excess_rs > 0 WHEN 'long' THEN excess_rs < 0 END
  - name: cycle_is_not_allowed
    rows: SELECT * FROM ${this} WHERE cycle <> 'allowed'
    severity: warn
*/
-- a tariff with its slabs in one row: few enough to be sent to every task
WITH tariff AS (
  SELECT
    t.tariff_code,
    t.effective_from,
    max(t.time_of_use) AS time_of_use,
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
bill AS (
  SELECT
    b.bill_id,
    b.consumer_id,
    b.bill_month,
    b.period_from,
    b.period_to,
    b.tariff_code,
    b.units_kwh,
    b.peak_units_kwh,
    b.fixed_charge_rs,
    CAST(datediff(b.period_to, b.period_from) AS DECIMAL(6, 0)) AS days,
    CAST(r.standard_days AS DECIMAL(3, 0)) AS standard_days,
    CASE
      WHEN datediff(b.period_to, b.period_from) < r.fewest_days THEN 'short'
      WHEN datediff(b.period_to, b.period_from) > r.most_days THEN 'long'
      ELSE 'allowed'
    END AS cycle,
    t.electricity_duty_percent,
    t.sales_tax_percent,
    t.slabs,
    t.time_of_use
  FROM ${ref('silver.billing.bill')} b
  JOIN tariff t
    ON t.tariff_code = b.tariff_code
    AND t.effective_from = b.tariff_effective_from
  JOIN ${ref('silver.reference.billing_rule')} r
    ON b.period_to >= r.effective_from
    AND (r.effective_to IS NULL OR b.period_to < r.effective_to)
  WHERE b.status <> 'cancelled'
),
charged AS (
  SELECT
    *,
    greatest(1, size(filter(slabs, s -> s.from_units < units_kwh))) AS slab,
    greatest(1, size(filter(slabs, s -> s.from_units * days < units_kwh * standard_days))) AS prorated_slab,
    CAST(
      aggregate(
        slabs,
        CAST(0 AS DECIMAL(32, 4)),
        (total, s) -> CAST(
          total + CASE
            WHEN time_of_use THEN (units_kwh - peak_units_kwh) * s.rate + peak_units_kwh * s.peak_rate
            ELSE greatest(0, least(units_kwh, s.to_units) - s.from_units) * s.rate
          END
          AS DECIMAL(32, 4)))
      AS DECIMAL(14, 2)) AS energy_charge_rs,
    -- rates with 4 digits over days: the 8 digits of the quotient cannot mislead the rounding to 2
    CAST(
      aggregate(
        slabs,
        CAST(0 AS DECIMAL(32, 4)),
        (total, s) -> CAST(
          total + CASE
            WHEN time_of_use
              THEN ((units_kwh - peak_units_kwh) * s.rate + peak_units_kwh * s.peak_rate) * standard_days
            ELSE greatest(0, least(units_kwh * standard_days, s.to_units * days) - s.from_units * days) * s.rate
          END
          AS DECIMAL(32, 4)))
      / standard_days
      AS DECIMAL(14, 2)) AS prorated_energy_charge_rs
  FROM bill
),
dutied AS (
  SELECT
    *,
    CAST((energy_charge_rs + fixed_charge_rs) * electricity_duty_percent * 0.01 AS DECIMAL(14, 2)) AS duty_rs,
    CAST((prorated_energy_charge_rs + fixed_charge_rs) * electricity_duty_percent * 0.01 AS DECIMAL(14, 2))
      AS prorated_duty_rs
  FROM charged
),
taxed AS (
  SELECT
    *,
    CAST((energy_charge_rs + fixed_charge_rs + duty_rs) * sales_tax_percent * 0.01 AS DECIMAL(14, 2)) AS tax_rs,
    CAST((prorated_energy_charge_rs + fixed_charge_rs + prorated_duty_rs) * sales_tax_percent * 0.01 AS DECIMAL(14, 2))
      AS prorated_tax_rs
  FROM dutied
)
SELECT
  bill_id,
  consumer_id,
  bill_month,
  period_from,
  period_to,
  tariff_code,
  units_kwh,
  CAST(days AS INT) AS cycle_days,
  cycle,
  CAST(units_kwh * standard_days / days AS DECIMAL(14, 3)) AS prorated_units_kwh,
  slab,
  prorated_slab,
  slab > prorated_slab AS slab_raised,
  energy_charge_rs,
  prorated_energy_charge_rs,
  CAST(
    CASE WHEN cycle = 'allowed' THEN 0 ELSE energy_charge_rs - prorated_energy_charge_rs END
    AS DECIMAL(14, 2)) AS excess_energy_rs,
  CAST(
    CASE
      WHEN cycle = 'allowed' THEN 0
      ELSE energy_charge_rs + duty_rs + tax_rs - (prorated_energy_charge_rs + prorated_duty_rs + prorated_tax_rs)
    END
    AS DECIMAL(14, 2)) AS excess_rs
FROM taxed
