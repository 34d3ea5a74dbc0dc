WITH supply AS (
  SELECT s.service_point_id, f.feeder_id,
    greatest(s.valid_from, f.valid_from) AS begins,
    least(coalesce(s.valid_to, 'infinity'), coalesce(f.valid_to, 'infinity')) AS ends
  FROM network.pmt_service_point s JOIN network.feeder_pmt f USING (pmt_id)
  WHERE begins < ends),
place AS (
  SELECT meter_id, 'feeder' AS part, feeder_id, valid_from AS begins, coalesce(valid_to, 'infinity') AS ends
  FROM metering.meter_installation WHERE feeder_id IS NOT NULL
  UNION ALL
  SELECT i.meter_id, 'pmt', f.feeder_id, greatest(i.valid_from, f.valid_from),
    least(coalesce(i.valid_to, 'infinity'), coalesce(f.valid_to, 'infinity'))
  FROM metering.meter_installation i JOIN network.feeder_pmt f USING (pmt_id)
  UNION ALL
  SELECT i.meter_id, 'consumer', s.feeder_id, greatest(i.valid_from, s.begins), least(coalesce(i.valid_to, 'infinity'), s.ends)
  FROM metering.meter_installation i JOIN supply s USING (service_point_id)),
metered AS (
  SELECT day_of(r.read_at) AS day, p.feeder_id,
    sum(r.energy_kwh) FILTER (part = 'feeder') AS sent_out_kwh,
    coalesce(sum(r.energy_kwh) FILTER (part = 'pmt'), 0) AS pmt_kwh,
    coalesce(sum(r.energy_kwh) FILTER (part = 'consumer'), 0) AS ami_kwh,
    count(DISTINCT r.meter_id) FILTER (part = 'pmt') AS metered_pmts,
    count(DISTINCT r.meter_id) FILTER (part = 'consumer') AS ami_meters
  FROM metering.interval_reading r
  JOIN place p ON p.meter_id = r.meter_id AND p.begins <= r.read_at AND r.read_at < p.ends
  GROUP BY ALL),
known AS (
  SELECT meter_id, read_on AS day, register_kwh, 0 AS priority FROM metering.register_reading
  UNION ALL
  SELECT meter_id, day_of(valid_from), initial_register_kwh, 1 FROM metering.meter_installation
  WHERE initial_register_kwh IS NOT NULL
  UNION ALL
  SELECT meter_id, day_of(valid_to), final_register_kwh, 2 FROM metering.meter_installation
  WHERE final_register_kwh IS NOT NULL AND valid_to IS NOT NULL),
period AS (
  SELECT meter_id, day AS begins, lead(day) OVER w AS ends, lead(register_kwh) OVER w - register_kwh AS kwh
  FROM (SELECT meter_id, day, arg_min(register_kwh, priority) AS register_kwh FROM known GROUP BY meter_id, day)
  WINDOW w AS (PARTITION BY meter_id ORDER BY day)),
hung AS (
  SELECT m.day, m.feeder_id, p.meter_id,
    sum(CAST(floor(epoch_us(least(p.ends, CAST(m.day AS TIMESTAMP) + INTERVAL 19 HOURS)) / 1000000) AS BIGINT)
      - CAST(floor(epoch_us(greatest(p.begins, CAST(m.day AS TIMESTAMP) - INTERVAL 5 HOURS)) / 1000000) AS BIGINT)) AS seconds
  FROM metered m
  JOIN place p ON p.part = 'consumer' AND p.feeder_id = m.feeder_id AND p.begins < p.ends
    AND p.begins < CAST(m.day AS TIMESTAMP) + INTERVAL 19 HOURS AND p.ends > CAST(m.day AS TIMESTAMP) - INTERVAL 5 HOURS
  GROUP BY ALL),
drawn AS (
  SELECT h.day, h.feeder_id, count(*) AS meters, count(r.meter_id) AS registers,
    coalesce(sum(CAST(half_up(CAST(r.kwh * 1000 AS HUGEINT) * h.seconds * 1000000, date_diff('day', r.begins, r.ends) * 86400)
      AS DECIMAL(28, 0)) * 0.000000001), 0) AS register_kwh
  FROM hung h
  JOIN metering.meter t USING (meter_id)
  LEFT JOIN period r ON r.meter_id = h.meter_id AND NOT t.ami AND r.begins <= h.day AND h.day < r.ends
  GROUP BY ALL),
total AS (
  SELECT m.*, coalesce(d.register_kwh, 0) AS register_kwh, m.ami_kwh + coalesce(d.register_kwh, 0) AS consumer_kwh,
    coalesce(d.meters, 0) AS consumer_meters, coalesce(d.registers, 0) AS registers
  FROM metered m LEFT JOIN drawn d USING (day, feeder_id))
SELECT feeder_id, day, sent_out_kwh, pmt_kwh, ami_kwh, register_kwh, consumer_kwh,
  sent_out_kwh - consumer_kwh AS loss_kwh,
  CAST(half_up(
    CAST(CAST(sent_out_kwh - consumer_kwh AS DECIMAL(24, 6)) * 1000000 AS HUGEINT) * 1000000,
    CAST(CAST(sent_out_kwh AS DECIMAL(24, 6)) * 1000000 AS HUGEINT)) AS DECIMAL(28, 0)) * 0.0001 AS loss_percent,
  metered_pmts, consumer_meters, consumer_meters - ami_meters - registers AS unread_meters
FROM total
