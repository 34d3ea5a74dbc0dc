-- From docs/marts-revenue.md alone. Money is counted in whole ten-thousandths of a rupee, times 30 where a cycle is prorated.
WITH bill AS (
  SELECT
    b.*,
    CAST(b.units_kwh AS HUGEINT) AS u,
    CAST(b.peak_units_kwh AS HUGEINT) AS p,
    CAST(b.period_to - b.period_from AS HUGEINT) AS d,
    t.time_of_use,
    CAST(t.electricity_duty_percent * 100 AS HUGEINT) AS duty,
    CAST(t.sales_tax_percent * 100 AS HUGEINT) AS tax,
    CAST(b.fixed_charge_rs * 100 AS HUGEINT) AS fixed
  FROM billing.bill b
  JOIN billing.tariff t
    ON t.tariff_code = b.tariff_code AND t.effective_from = b.tariff_effective_from
  WHERE b.status <> 'cancelled'
),
slab AS (
  SELECT
    tariff_code,
    effective_from,
    CAST(from_units AS HUGEINT) AS f,
    CAST(coalesce(to_units, 2000000000) AS HUGEINT) AS t,
    CAST(rate_rs_per_kwh * 10000 AS HUGEINT) AS rate,
    CAST(peak_rate_rs_per_kwh * 10000 AS HUGEINT) AS peak_rate
  FROM billing.tariff_slab
),
charge AS (
  SELECT
    b.bill_id,
    greatest(1, count(*) FILTER (s.f < b.u)) AS slab,
    greatest(1, count(*) FILTER (s.f * b.d < b.u * 30)) AS prorated_slab,
    sum(
      CASE WHEN b.time_of_use THEN (b.u - b.p) * s.rate + b.p * s.peak_rate
        ELSE greatest(0, least(b.u, s.t) - s.f) * s.rate END) AS energy,
    sum(
      CASE WHEN b.time_of_use THEN ((b.u - b.p) * s.rate + b.p * s.peak_rate) * 30
        ELSE greatest(0, least(b.u * 30, s.t * b.d) - s.f * b.d) * s.rate END) AS prorated_energy
  FROM bill b
  JOIN slab s
    ON s.tariff_code = b.tariff_code AND s.effective_from = b.tariff_effective_from
  GROUP BY b.bill_id
),
paisa AS (
  SELECT
    b.*,
    c.slab,
    c.prorated_slab,
    half_up(c.energy, 100) AS energy,
    half_up(c.prorated_energy, 3000) AS prorated_energy
  FROM bill b
  JOIN charge c ON c.bill_id = b.bill_id
),
dutied AS (
  SELECT
    *,
    half_up((energy + fixed) * duty, 10000) AS d1,
    half_up((prorated_energy + fixed) * duty, 10000) AS d2
  FROM paisa
),
taxed AS (
  SELECT
    *,
    energy + d1 + half_up((energy + fixed + d1) * tax, 10000)
      - (prorated_energy + d2 + half_up((prorated_energy + fixed + d2) * tax, 10000)) AS excess
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
  CAST(d AS INTEGER) AS cycle_days,
  CASE WHEN d < 28 THEN 'short' WHEN d > 31 THEN 'long' ELSE 'allowed' END AS cycle,
  CAST(half_up(u * 30 * 1000, d) AS DECIMAL(24, 0)) * CAST(0.001 AS DECIMAL(4, 3)) AS prorated_units_kwh,
  slab,
  prorated_slab,
  slab > prorated_slab AS slab_raised,
  CAST(energy AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS energy_charge_rs,
  CAST(prorated_energy AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS prorated_energy_charge_rs,
  CASE WHEN d BETWEEN 28 AND 31 THEN 0 ELSE CAST(energy - prorated_energy AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) END
    AS excess_energy_rs,
  CASE WHEN d BETWEEN 28 AND 31 THEN 0 ELSE CAST(excess AS DECIMAL(24, 0)) * CAST(0.01 AS DECIMAL(3, 2)) END AS excess_rs
FROM taxed
