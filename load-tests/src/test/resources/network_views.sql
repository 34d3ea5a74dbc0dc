-- What several marts of meters and network rest on, as docs/marts-network.md defines it.
CREATE TABLE supply AS
SELECT s.service_point_id, s.pmt_id, f.feeder_id,
  greatest(s.valid_from, f.valid_from) AS begins,
  least(ends_of(s.valid_to), ends_of(f.valid_to)) AS ends
FROM network.pmt_service_point s JOIN network.feeder_pmt f USING (pmt_id)
WHERE greatest(s.valid_from, f.valid_from) < least(ends_of(s.valid_to), ends_of(f.valid_to));

CREATE TABLE interval_fact AS
WITH latest AS (
  SELECT day_of(read_at) AS day, max(read_at) AS read_at FROM metering.interval_reading GROUP BY ALL),
slot AS (
  SELECT m.meter_id,
    CAST(l.day AS TIMESTAMP) - INTERVAL 5 HOURS + to_minutes(k * m.interval_minutes) AS read_at
  FROM metering.meter m CROSS JOIN latest l CROSS JOIN range(0, 96) AS k(k)
  WHERE m.ami AND k * m.interval_minutes < 1440
    AND CAST(l.day AS TIMESTAMP) - INTERVAL 5 HOURS + to_minutes(k * m.interval_minutes) <= l.read_at),
joined AS (
  SELECT coalesce(s.meter_id, r.meter_id) AS meter_id, coalesce(s.read_at, r.read_at) AS read_at,
    s.meter_id IS NOT NULL AS expected, r.meter_id IS NOT NULL AS received,
    r.status, r.received_at, r.reactive_kvarh, r.energy_kwh AS raw_kwh
  FROM slot s
  FULL JOIN metering.interval_reading r ON r.meter_id = s.meter_id AND r.read_at = s.read_at),
placed AS (
  SELECT b.*, day_of(b.read_at) AS day, m.interval_minutes, m.kind, m.phases,
    i.service_point_id, i.pmt_id, i.feeder_id
  FROM joined b
  JOIN metering.meter m ON m.meter_id = b.meter_id AND m.ami
  JOIN metering.meter_installation i
    ON i.meter_id = b.meter_id AND i.valid_from <= b.read_at AND b.read_at < ends_of(i.valid_to)),
like_max AS (
  SELECT meter_id, day_of(read_at) AS day, max(energy_kwh) AS kwh FROM metering.interval_reading GROUP BY ALL),
ruled AS (
  SELECT p.*, v.energy_kwh AS like_kwh,
    CASE
      WHEN NOT received THEN 'gap'
      WHEN raw_kwh < 0 THEN 'negative'
      WHEN raw_kwh > 10 * x.kwh AND raw_kwh * 60 > interval_minutes THEN 'spike'
      WHEN raw_kwh <> 0 AND (
          (raw_kwh = lag(raw_kwh) OVER w AND raw_kwh = lag(raw_kwh, 2) OVER w)
          OR (raw_kwh = lead(raw_kwh) OVER w AND raw_kwh = lead(raw_kwh, 2) OVER w)
          OR (raw_kwh = lag(raw_kwh) OVER w AND raw_kwh = lead(raw_kwh) OVER w)) THEN 'frozen'
      WHEN NOT expected THEN 'unexpected'
    END AS rule
  FROM placed p
  LEFT JOIN metering.interval_reading v ON v.meter_id = p.meter_id AND v.read_at = p.read_at - INTERVAL 7 DAYS
  LEFT JOIN like_max x ON x.meter_id = p.meter_id AND x.day = p.day - 7
  WINDOW w AS (PARTITION BY p.meter_id, p.day ORDER BY p.read_at)),
holed AS (
  SELECT *, coalesce(rule IN ('gap', 'negative', 'spike'), false) AS hole FROM ruled),
sound AS (SELECT meter_id, day, read_at, raw_kwh FROM holed WHERE NOT hole),
profile AS (
  SELECT read_at, phases, interval_minutes, half_up(sum(units18(raw_kwh)), count(*) * 1000000000::HUGEINT) AS nanos
  FROM holed WHERE kind = 'consumer' AND raw_kwh >= 0 AND date_trunc('minute', read_at) = read_at GROUP BY ALL),
near AS (
  SELECT h.meter_id, h.read_at,
    (SELECT max(s.read_at) FROM sound s WHERE s.meter_id = h.meter_id AND s.day = h.day AND s.read_at < h.read_at) AS a,
    (SELECT min(s.read_at) FROM sound s WHERE s.meter_id = h.meter_id AND s.day = h.day AND s.read_at > h.read_at) AS b
  FROM holed h WHERE hole),
between_them AS (
  SELECT n.meter_id, n.read_at,
    half_up(
      units18(x.raw_kwh) * (epoch_us(b) - epoch_us(a))
        + (units18(y.raw_kwh) - units18(x.raw_kwh)) * (epoch_us(n.read_at) - epoch_us(a)),
      (epoch_us(b) - epoch_us(a))::HUGEINT * 1000000000) AS nanos,
    (epoch_us(b) - epoch_us(a)) / 60000000 AS minutes
  FROM near n
  JOIN sound x ON x.meter_id = n.meter_id AND x.read_at = n.a
  JOIN sound y ON y.meter_id = n.meter_id AND y.read_at = n.b),
estimated AS (
  SELECT h.*,
    CASE
      WHEN NOT hole THEN NULL
      WHEN i.minutes - h.interval_minutes <= 120 THEN 'interpolation'
      WHEN h.like_kwh >= 0 THEN 'like_day'
      WHEN h.kind = 'consumer' AND p.nanos IS NOT NULL THEN 'class_profile'
      ELSE 'none'
    END AS method,
    CAST(i.nanos AS DECIMAL(29, 0)) * 0.000000001 AS interpolated,
    CAST(p.nanos AS DECIMAL(29, 0)) * 0.000000001 AS profiled
  FROM holed h
  LEFT JOIN between_them i ON i.meter_id = h.meter_id AND i.read_at = h.read_at
  LEFT JOIN profile p
    ON p.read_at = h.read_at AND p.phases = h.phases AND p.interval_minutes = h.interval_minutes)
SELECT * EXCLUDE (interpolated, profiled, like_kwh, phases, hole),
  CASE
    WHEN NOT hole THEN CAST(raw_kwh AS DECIMAL(38, 18))
    WHEN method = 'interpolation' THEN CAST(interpolated AS DECIMAL(38, 18))
    WHEN method = 'like_day' THEN CAST(like_kwh AS DECIMAL(38, 18))
    WHEN method = 'class_profile' THEN CAST(profiled AS DECIMAL(38, 18))
  END AS final_kwh
FROM estimated;

CREATE TABLE register_period AS
WITH known AS (
  SELECT meter_id, read_on AS day, register_kwh, 0 AS priority FROM metering.register_reading
  UNION ALL
  SELECT meter_id, day_of(valid_from), initial_register_kwh, 1 FROM metering.meter_installation
  WHERE initial_register_kwh IS NOT NULL
  UNION ALL
  SELECT meter_id, day_of(valid_to), final_register_kwh, 2 FROM metering.meter_installation
  WHERE final_register_kwh IS NOT NULL AND valid_to IS NOT NULL),
paired AS (
  SELECT meter_id, day AS first_day, lead(day) OVER w AS next_day, lead(register_kwh) OVER w - register_kwh AS kwh
  FROM (SELECT meter_id, day, arg_min(register_kwh, priority) AS register_kwh FROM known GROUP BY meter_id, day)
  WINDOW w AS (PARTITION BY meter_id ORDER BY day))
FROM paired WHERE next_day IS NOT NULL;

CREATE TABLE interruption_effect AS
SELECT i.interruption_id, month_of(day_of(i.started_at)) AS month, day_of(i.started_at) AS day, i.feeder_id, i.pmt_id, i.kind,
  i.started_at, i.restored_at,
  coalesce(epoch_us(i.restored_at) - epoch_us(i.started_at), 0) AS micros,
  (SELECT count(*) FROM supply s JOIN billing.consumer c USING (service_point_id)
   WHERE s.feeder_id = i.feeder_id AND (i.pmt_id IS NULL OR s.pmt_id = i.pmt_id)
     AND s.begins <= i.started_at AND i.started_at < s.ends
     AND c.connected_on <= day_of(i.started_at)
     AND (c.disconnected_on IS NULL OR day_of(i.started_at) < c.disconnected_on)) AS consumers
FROM network.interruption i;
