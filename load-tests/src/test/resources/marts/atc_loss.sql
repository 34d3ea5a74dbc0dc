-- From docs/marts-revenue.md alone.
WITH reading AS (
  SELECT i.feeder_id, r.energy_kwh, day_of(r.read_at) AS day
  FROM metering.interval_reading r
  JOIN metering.meter_installation i
    ON i.meter_id = r.meter_id
    AND r.read_at >= i.valid_from
    AND (i.valid_to IS NULL OR r.read_at < i.valid_to)
  WHERE i.feeder_id IS NOT NULL
),
sent AS (
  SELECT
    feeder_id,
    month_of(day) AS month,
    CAST(round(sum(energy_kwh), 3) AS DECIMAL(18, 3)) AS sent_out_kwh,
    count(DISTINCT day) AS days
  FROM reading
  GROUP BY ALL
),
billed AS (
  SELECT b.bill_id, f.feeder_id, month_of(b.period_to) AS month, b.units_kwh, b.amount_rs
  FROM billing.bill b
  JOIN billing.consumer c
    ON c.consumer_id = b.consumer_id
  JOIN network.pmt_service_point s
    ON s.service_point_id = c.service_point_id
    AND s.valid_from <= b.period_to::TIMESTAMP - INTERVAL 5 HOURS
    AND (s.valid_to IS NULL OR s.valid_to > b.period_to::TIMESTAMP - INTERVAL 5 HOURS)
  JOIN network.feeder_pmt f
    ON f.pmt_id = s.pmt_id
    AND f.valid_from <= b.period_to::TIMESTAMP - INTERVAL 5 HOURS
    AND (f.valid_to IS NULL OR f.valid_to > b.period_to::TIMESTAMP - INTERVAL 5 HOURS)
  WHERE b.status <> 'cancelled'
),
bills AS (
  SELECT feeder_id, month, count(*) AS bills, sum(units_kwh) AS units, sum(amount_rs) AS rs
  FROM billed
  GROUP BY ALL
),
paid AS (
  SELECT b.feeder_id, greatest(b.month, month_of(day_of(p.paid_at))) AS month, sum(p.amount_rs) AS rs
  FROM billing.payment p
  JOIN billed b
    ON b.bill_id = p.bill_id
  GROUP BY ALL
),
cell AS (
  SELECT feeder_id, month FROM sent
  UNION
  SELECT feeder_id, month FROM bills
  UNION
  SELECT feeder_id, month FROM paid
),
feeder AS (
  SELECT
    cell.month,
    f.ibc_id,
    cell.feeder_id,
    s.sent_out_kwh,
    CASE WHEN coalesce(s.days, 0) < day(last_day(cell.month)) THEN 1 ELSE 0 END AS incomplete_feeders,
    coalesce(b.units, 0) AS billed_kwh,
    coalesce(b.bills, 0) AS bills,
    coalesce(b.rs, 0) AS billed_rs,
    coalesce(p.rs, 0) AS collected_rs
  FROM cell
  JOIN network.feeder f ON f.feeder_id = cell.feeder_id
  LEFT JOIN sent s ON s.feeder_id = cell.feeder_id AND s.month = cell.month
  LEFT JOIN bills b ON b.feeder_id = cell.feeder_id AND b.month = cell.month
  LEFT JOIN paid p ON p.feeder_id = cell.feeder_id AND p.month = cell.month
),
level AS (
  SELECT 'feeder' AS level, month, ibc_id, feeder_id, sent_out_kwh, incomplete_feeders, billed_kwh, bills, billed_rs, collected_rs
  FROM feeder
  UNION ALL
  SELECT
    'ibc', month, ibc_id, NULL, sum(sent_out_kwh), sum(incomplete_feeders), sum(billed_kwh), sum(bills), sum(billed_rs),
    sum(collected_rs)
  FROM feeder
  GROUP BY month, ibc_id
),
-- ten-thousandths of a percent, whole
ratio AS (
  SELECT
    *,
    CASE WHEN incomplete_feeders = 0
      THEN half_up(
        (CAST(sent_out_kwh * 1000 AS HUGEINT) - CAST(billed_kwh * 1000 AS HUGEINT)) * 1000000,
        CAST(sent_out_kwh * 1000 AS HUGEINT))
    END AS td,
    half_up(CAST(collected_rs * 100 AS HUGEINT) * 1000000, CAST(billed_rs * 100 AS HUGEINT)) AS recovery
  FROM level
)
SELECT
  month,
  level,
  ibc_id,
  feeder_id,
  sent_out_kwh,
  incomplete_feeders,
  billed_kwh,
  bills,
  billed_rs,
  collected_rs,
  CAST(td AS DECIMAL(24, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS td_loss_percent,
  CAST(recovery AS DECIMAL(24, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS recovery_percent,
  CAST(half_up(CAST(1000000 AS HUGEINT) * 1000000 - (1000000 - td) * recovery, 1000000) AS DECIMAL(24, 0))
    * CAST(0.0001 AS DECIMAL(5, 4)) AS atc_loss_percent
FROM ratio
