WITH own AS (
  SELECT pmt_id, month_of(day) AS month, min(day) AS first_day, max(day) AS last_day,
    sum(final_kwh) AS pmt_kwh,
    coalesce(sum(final_kwh) FILTER (method IS NOT NULL), 0) AS pmt_estimated_kwh
  FROM interval_fact WHERE pmt_id IS NOT NULL AND final_kwh IS NOT NULL
  GROUP BY ALL),
span AS (
  SELECT *, CAST(first_day AS TIMESTAMP) - INTERVAL 5 HOURS AS begins,
    CAST(last_day AS TIMESTAMP) + INTERVAL 19 HOURS AS ends
  FROM own),
ami AS (
  SELECT o.pmt_id, o.month, sum(f.final_kwh) AS kwh
  FROM span o
  JOIN supply s USING (pmt_id)
  JOIN interval_fact f ON f.service_point_id = s.service_point_id
    AND f.read_at >= s.begins AND f.read_at < s.ends AND f.day BETWEEN o.first_day AND o.last_day
  GROUP BY ALL),
hung AS (
  SELECT o.pmt_id, o.month, i.meter_id,
    greatest(o.begins, i.valid_from, s.begins) AS begins,
    least(o.ends, ends_of(i.valid_to), s.ends) AS ends
  FROM span o
  JOIN supply s USING (pmt_id)
  JOIN metering.meter_installation i USING (service_point_id)
  JOIN metering.meter m ON m.meter_id = i.meter_id AND NOT m.ami
  WHERE greatest(o.begins, i.valid_from, s.begins) < least(o.ends, ends_of(i.valid_to), s.ends)),
part AS (
  SELECT h.pmt_id, h.month, h.meter_id, r.first_day, r.next_day, r.kwh,
    epoch(date_trunc('second', least(h.ends, CAST(r.next_day AS TIMESTAMP) - INTERVAL 5 HOURS)))::BIGINT
      - epoch(date_trunc('second', greatest(h.begins, CAST(r.first_day AS TIMESTAMP) - INTERVAL 5 HOURS)))::BIGINT AS seconds
  FROM hung h
  JOIN register_period r ON r.meter_id = h.meter_id
    AND CAST(r.first_day AS TIMESTAMP) - INTERVAL 5 HOURS < h.ends
    AND CAST(r.next_day AS TIMESTAMP) - INTERVAL 5 HOURS > h.begins),
by_period AS (
  SELECT pmt_id, month, meter_id, first_day, sum(seconds) AS seconds,
    CAST(half_up(CAST(any_value(kwh) * 1000 AS HUGEINT) * sum(seconds) * 1000000,
      date_diff('day', first_day, any_value(next_day)) * 86400) AS DECIMAL(28, 0)) * 0.000000001 AS kwh
  FROM part GROUP BY pmt_id, month, meter_id, first_day),
register AS (
  SELECT pmt_id, month, sum(kwh) AS kwh FROM by_period GROUP BY ALL),
meters AS (
  SELECT h.pmt_id, h.month, h.meter_id,
    sum(epoch(date_trunc('second', h.ends))::BIGINT - epoch(date_trunc('second', h.begins))::BIGINT) AS seconds
  FROM hung h GROUP BY ALL),
covered AS (SELECT pmt_id, month, meter_id, sum(seconds) AS seconds FROM by_period GROUP BY ALL),
counted AS (
  SELECT m.pmt_id, m.month, count(*) AS register_meters,
    count(*) FILTER (m.seconds > coalesce(c.seconds, 0)) AS unread_meters
  FROM meters m LEFT JOIN covered c USING (pmt_id, month, meter_id)
  GROUP BY ALL),
summed AS (
  SELECT o.pmt_id, o.month,
    (SELECT any_value(f.feeder_id) FROM network.feeder_pmt f
     WHERE f.pmt_id = o.pmt_id AND f.valid_from <= o.ends - INTERVAL 1 MICROSECOND
       AND o.ends - INTERVAL 1 MICROSECOND < ends_of(f.valid_to)) AS feeder_id,
    o.first_day, o.last_day, o.pmt_kwh, o.pmt_estimated_kwh,
    coalesce(a.kwh, 0) AS ami_kwh, coalesce(r.kwh, 0) AS register_kwh,
    coalesce(a.kwh, 0) + coalesce(r.kwh, 0) AS consumer_kwh,
    o.pmt_kwh - (coalesce(a.kwh, 0) + coalesce(r.kwh, 0)) AS loss_kwh,
    coalesce(c.register_meters, 0) AS register_meters, coalesce(c.unread_meters, 0) AS unread_meters
  FROM span o
  LEFT JOIN ami a USING (pmt_id, month)
  LEFT JOIN register r USING (pmt_id, month)
  LEFT JOIN counted c USING (pmt_id, month))
SELECT *,
  percent4(units18(loss_kwh), units18(pmt_kwh)) AS loss_percent,
  CASE WHEN feeder_id IS NOT NULL THEN rank() OVER (PARTITION BY month, feeder_id ORDER BY loss_kwh DESC) END AS rank_in_feeder
FROM summed
