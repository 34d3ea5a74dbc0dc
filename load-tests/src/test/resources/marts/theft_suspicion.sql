WITH bills AS (
  SELECT b.consumer_id, b.bill_month AS month, c.service_point_id,
    CAST(half_up(CAST(b.units_kwh AS HUGEINT) * 1000000, date_diff('day', b.period_from, b.period_to)) AS DECIMAL(18, 0))
      * 0.000001 AS daily_kwh
  FROM billing.bill b JOIN billing.consumer c USING (consumer_id)
  WHERE b.status <> 'cancelled'),
dropped AS (
  SELECT b.*, y.daily_kwh AS year_before_daily_kwh,
    percent4(CAST((y.daily_kwh - b.daily_kwh) * 1000000 AS HUGEINT), CAST(y.daily_kwh * 1000000 AS HUGEINT)) AS drop_percent,
    CAST(b.month AS TIMESTAMP) - INTERVAL 5 HOURS AS begins,
    CAST(b.month AS TIMESTAMP) + INTERVAL 1 MONTH - INTERVAL 5 HOURS AS ends
  FROM bills b
  LEFT JOIN bills y ON y.consumer_id = b.consumer_id AND y.month = CAST(b.month - INTERVAL 12 MONTHS AS DATE)),
placed AS (
  SELECT d.*, s.pmt_id
  FROM dropped d
  LEFT JOIN supply s ON s.service_point_id = d.service_point_id
    AND s.begins <= d.ends - INTERVAL 1 MICROSECOND AND d.ends - INTERVAL 1 MICROSECOND < s.ends),
tampered AS (
  SELECT p.consumer_id, p.month, count(*) AS n
  FROM placed p
  JOIN metering.meter_installation i ON i.service_point_id = p.service_point_id
  JOIN metering.meter_event e ON e.meter_id = i.meter_id
    AND e.kind IN ('cover_open', 'magnetic_field', 'reverse_energy')
    AND e.occurred_at >= i.valid_from AND e.occurred_at < ends_of(i.valid_to)
    AND e.occurred_at >= p.begins AND e.occurred_at < p.ends
  GROUP BY ALL),
parts AS (
  SELECT p.consumer_id, p.month, p.daily_kwh, p.year_before_daily_kwh, p.drop_percent, p.pmt_id,
    CASE WHEN l.unread_meters = 0 THEN l.loss_percent END AS pmt_loss_percent,
    coalesce(t.n, 0) AS tamper_events
  FROM placed p
  LEFT JOIN gold.pmt_loss l ON l.pmt_id = p.pmt_id AND l.month = p.month
  LEFT JOIN tampered t ON t.consumer_id = p.consumer_id AND t.month = p.month),
points AS (
  SELECT *,
    coalesce(CASE WHEN drop_percent < 20 THEN 0 WHEN drop_percent > 60 THEN 40 ELSE drop_percent - 20 END, 0) AS drop_points,
    coalesce(CASE WHEN pmt_loss_percent < 10 THEN 0 WHEN pmt_loss_percent > 40 THEN 30 ELSE pmt_loss_percent - 10 END, 0)
      AS residual_points,
    least(30, 10 * tamper_events) AS tamper_points
  FROM parts)
SELECT *, drop_points + residual_points + tamper_points AS score FROM points
