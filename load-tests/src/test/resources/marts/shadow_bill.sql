-- From docs/marts-revenue.md alone. Money is counted in paisa, rates in ten-thousandths of a rupee.
WITH bill AS (
  SELECT
    b.*,
    c.sanctioned_load_kw,
    t.effective_from AS tariff_from,
    t.time_of_use,
    CAST(floor(late.register_kwh) AS HUGEINT) - CAST(floor(early.register_kwh) AS HUGEINT) AS u,
    CAST(floor(late.peak_register_kwh) AS HUGEINT) - CAST(floor(early.peak_register_kwh) AS HUGEINT) AS peak_delta,
    half_up(
      CAST(t.fixed_charge_rs * 10000 AS HUGEINT)
        + CAST(t.fixed_charge_rs_per_kw * 100 AS HUGEINT) * CAST(c.sanctioned_load_kw * 100 AS HUGEINT),
      100) AS fixed,
    CAST(t.electricity_duty_percent * 100 AS HUGEINT) AS duty,
    CAST(t.sales_tax_percent * 100 AS HUGEINT) AS tax
  FROM billing.bill b
  LEFT JOIN billing.consumer c
    ON c.consumer_id = b.consumer_id
  LEFT JOIN billing.tariff t
    ON t.tariff_code = b.tariff_code
    AND t.effective_from <= b.period_to
    AND (t.effective_to IS NULL OR b.period_to < t.effective_to)
  LEFT JOIN metering.register_reading early
    ON early.meter_id = b.meter_id AND early.read_on = b.period_from
  LEFT JOIN metering.register_reading late
    ON late.meter_id = b.meter_id AND late.read_on = b.period_to
  WHERE b.status <> 'cancelled'
),
metered AS (
  SELECT
    *,
    CASE
      WHEN tariff_from IS NULL THEN NULL
      WHEN NOT time_of_use THEN 0
      WHEN u IS NULL OR peak_delta IS NULL THEN NULL
      ELSE least(u, peak_delta)
    END AS p
  FROM bill
),
sound AS (
  SELECT *, tariff_from IS NOT NULL AND u IS NOT NULL AND p IS NOT NULL AND u >= 0 AND p >= 0 AS complete
  FROM metered
),
charge AS (
  SELECT
    b.bill_id,
    half_up(
      sum(
        CASE WHEN b.time_of_use
          THEN (b.u - b.p) * CAST(s.rate_rs_per_kwh * 10000 AS HUGEINT) + b.p * CAST(s.peak_rate_rs_per_kwh * 10000 AS HUGEINT)
          ELSE greatest(0, least(b.u, CAST(coalesce(s.to_units, 2000000000) AS HUGEINT)) - s.from_units)
            * CAST(s.rate_rs_per_kwh * 10000 AS HUGEINT)
        END),
      100) AS energy
  FROM sound b
  JOIN billing.tariff_slab s
    ON s.tariff_code = b.tariff_code AND s.effective_from = b.tariff_from
  WHERE b.complete
  GROUP BY b.bill_id
),
dutied AS (
  SELECT b.* EXCLUDE (fixed), c.energy, CASE WHEN b.complete THEN b.fixed END AS fixed,
    half_up((c.energy + b.fixed) * b.duty, 10000) AS d
  FROM sound b
  LEFT JOIN charge c ON c.bill_id = b.bill_id
),
taxed AS (
  SELECT *, half_up((energy + fixed + d) * tax, 10000) AS t
  FROM dutied
),
shadow AS (
  SELECT
    *,
    CAST(energy AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS energy_rs,
    CAST(fixed AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS fixed_rs,
    CAST(d AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS duty_rs,
    CAST(t AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS tax_rs,
    CAST(energy + fixed + d + t AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS total_rs
  FROM taxed
)
SELECT
  consumer_id,
  bill_id,
  bill_month,
  tariff_code,
  tariff_from AS tariff_effective_from,
  CAST(u AS DECIMAL(24, 0)) AS units_kwh,
  CAST(p AS DECIMAL(24, 0)) AS peak_units_kwh,
  energy_rs AS energy_charge_rs,
  fixed_rs AS fixed_charge_rs,
  duty_rs AS electricity_duty_rs,
  tax_rs AS sales_tax_rs,
  total_rs AS amount_rs,
  units_kwh AS issued_units_kwh,
  amount_rs AS issued_amount_rs,
  amount_rs - total_rs AS difference_rs,
  CASE
    WHEN u IS NULL OR (tariff_from IS NOT NULL AND p IS NULL) THEN 'no_reading'
    WHEN tariff_from IS NULL THEN 'no_tariff'
    WHEN u < 0 OR p < 0 THEN 'negative_units'
    WHEN u <> units_kwh THEN 'units'
    WHEN p <> peak_units_kwh THEN 'peak_units'
    WHEN tariff_from <> tariff_effective_from THEN 'tariff'
    WHEN energy_rs <> energy_charge_rs THEN 'energy_charge'
    WHEN fixed_rs <> fixed_charge_rs THEN 'fixed_charge'
    WHEN duty_rs <> electricity_duty_rs THEN 'electricity_duty'
    WHEN tax_rs <> sales_tax_rs THEN 'sales_tax'
    ELSE 'agrees'
  END AS verdict
FROM shadow
