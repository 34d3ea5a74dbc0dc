WITH scheduled AS (
  SELECT feeder_id, day, 's' AS side, day + starts_at AS begins, day + ends_at AS ends FROM network.loadshed_schedule),
cut AS (
  SELECT interruption_id, feeder_id, started_at + INTERVAL 5 HOURS AS begins, restored_at + INTERVAL 5 HOURS AS ends
  FROM network.interruption WHERE kind = 'loadshed' AND pmt_id IS NULL),
actual AS (
  SELECT feeder_id, CAST(d.day AS DATE) AS day, 'a' AS side,
    greatest(begins, CAST(d.day AS TIMESTAMP)) AS begins, least(ends, CAST(d.day AS TIMESTAMP) + INTERVAL 1 DAY) AS ends
  FROM cut
  CROSS JOIN LATERAL (SELECT unnest(generate_series(date_trunc('day', begins)::TIMESTAMP, ends, INTERVAL 1 DAY))) AS d(day)
  WHERE ends IS NOT NULL AND greatest(begins, CAST(d.day AS TIMESTAMP)) < least(ends, CAST(d.day AS TIMESTAMP) + INTERVAL 1 DAY)),
pieces AS (FROM scheduled UNION ALL FROM actual),
islands AS (
  SELECT *, sum(fresh) OVER (PARTITION BY feeder_id, day, side ORDER BY begins, ends ROWS UNBOUNDED PRECEDING) AS island
  FROM (
    SELECT *, CASE WHEN begins <= max(ends) OVER (
        PARTITION BY feeder_id, day, side ORDER BY begins, ends ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      THEN 0 ELSE 1 END AS fresh
    FROM pieces)),
merged AS (
  SELECT feeder_id, day, side, min(begins) AS begins, max(ends) AS ends
  FROM islands GROUP BY feeder_id, day, side, island),
minutes AS (
  SELECT feeder_id, day,
    coalesce(sum(epoch_us(ends) - epoch_us(begins)) FILTER (side = 's'), 0) AS s,
    coalesce(sum(epoch_us(ends) - epoch_us(begins)) FILTER (side = 'a'), 0) AS a
  FROM merged GROUP BY feeder_id, day),
kept AS (
  SELECT s.feeder_id, s.day, sum(epoch_us(least(s.ends, a.ends)) - epoch_us(greatest(s.begins, a.begins))) AS k
  FROM merged s JOIN merged a USING (feeder_id, day)
  WHERE s.side = 's' AND a.side = 'a' AND greatest(s.begins, a.begins) < least(s.ends, a.ends)
  GROUP BY s.feeder_id, s.day),
-- each consumer that was cut
victim AS (
  SELECT i.interruption_id, i.feeder_id, day_of(i.started_at) AS day, c.consumer_id
  FROM network.interruption i
  JOIN supply s ON s.feeder_id = i.feeder_id AND s.begins <= i.started_at AND i.started_at < s.ends
  JOIN billing.consumer c ON c.service_point_id = s.service_point_id
    AND c.connected_on <= day_of(i.started_at)
    AND (c.disconnected_on IS NULL OR day_of(i.started_at) < c.disconnected_on)
  WHERE i.kind = 'loadshed' AND i.pmt_id IS NULL),
paying AS (
  SELECT v.consumer_id, v.month
  FROM (SELECT DISTINCT consumer_id, month_of(day) AS month FROM victim) v
  JOIN billing.bill b ON b.consumer_id = v.consumer_id AND b.bill_month = CAST(v.month - INTERVAL 2 MONTHS AS DATE)
    AND b.status <> 'cancelled' AND b.due_on < v.month
  WHERE (SELECT coalesce(sum(p.amount_rs), 0) FROM billing.payment p
         WHERE p.bill_id = b.bill_id AND day_of(p.paid_at) < v.month) >= b.amount_rs),
victims AS (
  SELECT v.feeder_id, v.day, count(*) AS consumers, count(p.consumer_id) AS paying
  FROM victim v LEFT JOIN paying p ON p.consumer_id = v.consumer_id AND p.month = month_of(v.day)
  GROUP BY ALL),
began AS (SELECT feeder_id, CAST(begins AS DATE) AS day, count(*) AS n FROM cut GROUP BY ALL),
rows AS (
  SELECT feeder_id, day FROM minutes WHERE s + a > 0 UNION SELECT feeder_id, day FROM began),
told AS (
  SELECT r.feeder_id, r.day, month_of(r.day) AS month,
    coalesce(m.s, 0) AS s, coalesce(m.a, 0) AS a, coalesce(k.k, 0) AS k,
    coalesce(b.n, 0) AS interruptions, coalesce(v.consumers, 0) AS consumers_cut, coalesce(v.paying, 0) AS paying_consumers_cut,
    l.atc_loss_percent
  FROM rows r
  LEFT JOIN minutes m USING (feeder_id, day)
  LEFT JOIN kept k USING (feeder_id, day)
  LEFT JOIN began b USING (feeder_id, day)
  LEFT JOIN victims v USING (feeder_id, day)
  LEFT JOIN gold.atc_loss l
    ON l.level = 'feeder' AND l.feeder_id = r.feeder_id AND l.month = CAST(month_of(r.day) - INTERVAL 1 MONTH AS DATE))
SELECT feeder_id, day, month,
  CAST(half_up(s, 60) AS DECIMAL(24, 0)) * 0.000001 AS scheduled_minutes,
  CAST(half_up(a, 60) AS DECIMAL(24, 0)) * 0.000001 AS actual_minutes,
  CAST(half_up(k, 60) AS DECIMAL(24, 0)) * 0.000001 AS kept_minutes,
  CAST(half_up(a - k, 60) AS DECIMAL(24, 0)) * 0.000001 AS unscheduled_minutes,
  CAST(half_up(s - k, 60) AS DECIMAL(24, 0)) * 0.000001 AS spared_minutes,
  percent4(k, s + a - k) AS compliance_percent,
  interruptions, consumers_cut, paying_consumers_cut, atc_loss_percent,
  CASE
    WHEN atc_loss_percent < 20 THEN 'low'
    WHEN atc_loss_percent < 30 THEN 'medium'
    WHEN atc_loss_percent < 40 THEN 'high'
    WHEN atc_loss_percent >= 40 THEN 'very high'
  END AS loss_category
FROM told
