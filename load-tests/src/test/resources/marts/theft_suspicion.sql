WITH bills AS (
  SELECT b.consumer_id, b.bill_month AS month, c.service_point_id, c.sanctioned_load_kw,
    (SELECT CASE WHEN t.tariff_class IN ('commercial', 'industrial') THEN t.tariff_class ELSE 'domestic' END
     FROM billing.tariff t WHERE t.tariff_code = b.tariff_code AND t.effective_from = b.tariff_effective_from) AS consumer_kind,
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
loaded AS (
  SELECT *,
    CAST(half_up(CAST(daily_kwh * 1000000 AS HUGEINT) * 100, CAST(sanctioned_load_kw * 100 AS HUGEINT)) AS DECIMAL(18, 0))
      * 0.000001 AS kwh_per_kw,
    (SELECT max(l) FROM (VALUES (0), (1), (2), (3), (5), (10), (20)) v(l) WHERE l < sanctioned_load_kw) AS load_band_kw
  FROM dropped),
bands AS (
  SELECT month, consumer_kind, load_band_kw, count(*) AS peers, list_sort(list(kwh_per_kw))[(count(*) + 1) // 2] AS middle
  FROM loaded GROUP BY ALL),
placed AS (
  SELECT d.*, g.peers, CASE WHEN g.peers >= 5 THEN g.middle END AS peer_kwh_per_kw, s.pmt_id
  FROM loaded d
  JOIN bands g USING (month, consumer_kind, load_band_kw)
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
  SELECT p.consumer_id, p.month, p.daily_kwh, p.year_before_daily_kwh, p.drop_percent,
    p.kwh_per_kw, p.consumer_kind, p.load_band_kw, p.peers, p.peer_kwh_per_kw,
    percent4(CAST((p.peer_kwh_per_kw - p.kwh_per_kw) * 1000000 AS HUGEINT), CAST(p.peer_kwh_per_kw * 1000000 AS HUGEINT))
      AS below_peers_percent,
    p.pmt_id,
    CASE WHEN l.unread_meters = 0 THEN l.loss_percent END AS pmt_loss_percent,
    coalesce(t.n, 0) AS tamper_events
  FROM placed p
  LEFT JOIN gold.pmt_loss l ON l.pmt_id = p.pmt_id AND l.month = p.month
  LEFT JOIN tampered t ON t.consumer_id = p.consumer_id AND t.month = p.month),
points AS (
  SELECT *,
    coalesce(CASE WHEN drop_percent < 20 THEN 0 WHEN drop_percent > 60 THEN 40 ELSE drop_percent - 20 END, 0) AS drop_points,
    coalesce(CASE WHEN below_peers_percent < 20 THEN 0 WHEN below_peers_percent > 60 THEN 40 ELSE below_peers_percent - 20 END, 0)
      AS peer_points,
    coalesce(CASE WHEN pmt_loss_percent < 10 THEN 0 WHEN pmt_loss_percent > 40 THEN 30 ELSE pmt_loss_percent - 10 END, 0)
      AS residual_points,
    least(30, 10 * tamper_events) AS tamper_points
  FROM parts)
SELECT *,
  CASE WHEN peer_points > drop_points THEN peer_points ELSE drop_points END + residual_points + tamper_points AS score,
  coalesce(drop_percent, 0) >= 45 OR coalesce(below_peers_percent, 0) >= 45 OR tamper_events >= 2 AS suspected
FROM points
