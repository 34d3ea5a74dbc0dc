WITH supply AS (
  SELECT s.service_point_id, s.pmt_id, f.feeder_id,
    greatest(s.valid_from, f.valid_from) AS begins,
    least(coalesce(s.valid_to, 'infinity'), coalesce(f.valid_to, 'infinity')) AS ends
  FROM network.pmt_service_point s JOIN network.feeder_pmt f USING (pmt_id)
  WHERE begins < ends),
x AS (
  SELECT i.interruption_id, i.feeder_id, i.kind, i.restored_at, month_of(day_of(i.started_at)) AS month,
    coalesce(epoch_us(i.restored_at) - epoch_us(i.started_at), 0)::HUGEINT AS micros,
    (SELECT count(*) FROM supply s JOIN billing.consumer c USING (service_point_id)
     WHERE s.feeder_id = i.feeder_id AND (i.pmt_id IS NULL OR s.pmt_id = i.pmt_id)
       AND s.begins <= i.started_at AND i.started_at < s.ends
       AND c.connected_on <= day_of(i.started_at)
       AND (c.disconnected_on IS NULL OR day_of(i.started_at) < c.disconnected_on))::HUGEINT AS consumers
  FROM network.interruption i),
months AS (SELECT DISTINCT month, CAST(month + INTERVAL 1 MONTH AS DATE) AS next FROM x),
served AS (
  SELECT m.month, s.feeder_id, count(*) AS consumers
  FROM months m
  JOIN supply s ON s.begins < m.next - INTERVAL 5 HOURS AND s.ends >= m.next - INTERVAL 5 HOURS
  JOIN billing.consumer c USING (service_point_id)
  WHERE c.connected_on < m.next AND (c.disconnected_on IS NULL OR c.disconnected_on >= m.next)
  GROUP BY ALL),
by_feeder AS (
  SELECT m.month, 'feeder' AS level, f.ibc_id, f.feeder_id,
    coalesce(any_value(s.consumers), 0) AS consumers_served,
  count(*) FILTER (x.kind = 'fault') AS fault_interruptions,
  coalesce(sum(x.consumers) FILTER (x.kind = 'fault'), 0) AS fault_consumers_interrupted,
  coalesce(sum(x.consumers * x.micros) FILTER (x.kind = 'fault'), 0) AS fault_micros,
  count(*) FILTER (x.kind = 'planned') AS planned_interruptions,
  coalesce(sum(x.consumers) FILTER (x.kind = 'planned'), 0) AS planned_consumers_interrupted,
  coalesce(sum(x.consumers * x.micros) FILTER (x.kind = 'planned'), 0) AS planned_micros,
  count(*) FILTER (x.kind = 'loadshed') AS loadshed_interruptions,
  coalesce(sum(x.consumers) FILTER (x.kind = 'loadshed'), 0) AS loadshed_consumers_interrupted,
  coalesce(sum(x.consumers * x.micros) FILTER (x.kind = 'loadshed'), 0) AS loadshed_micros,
    count(*) FILTER (x.interruption_id IS NOT NULL AND x.restored_at IS NULL) AS ongoing_interruptions
  FROM months m CROSS JOIN network.feeder f
  LEFT JOIN served s ON s.month = m.month AND s.feeder_id = f.feeder_id
  LEFT JOIN x ON x.month = m.month AND x.feeder_id = f.feeder_id
  GROUP BY m.month, f.ibc_id, f.feeder_id),
levels AS (
  FROM by_feeder
  UNION ALL BY NAME
  SELECT month, 'ibc' AS level, ibc_id, sum(consumers_served) AS consumers_served,
  sum(fault_interruptions) AS fault_interruptions, sum(fault_consumers_interrupted) AS fault_consumers_interrupted, sum(fault_micros) AS fault_micros,
  sum(planned_interruptions) AS planned_interruptions, sum(planned_consumers_interrupted) AS planned_consumers_interrupted, sum(planned_micros) AS planned_micros,
  sum(loadshed_interruptions) AS loadshed_interruptions, sum(loadshed_consumers_interrupted) AS loadshed_consumers_interrupted, sum(loadshed_micros) AS loadshed_micros,
    sum(ongoing_interruptions) AS ongoing_interruptions
  FROM by_feeder GROUP BY month, ibc_id),
rounded AS (SELECT *,
  half_up(fault_micros, 60) AS fault_millionths,
  half_up(fault_consumers_interrupted::HUGEINT * 1000000, consumers_served) AS fault_saifi,
  half_up(half_up(fault_micros, 60), consumers_served) AS fault_saidi,
  half_up(half_up(fault_micros, 60), fault_consumers_interrupted) AS fault_caidi,
  half_up(planned_micros, 60) AS planned_millionths,
  half_up(planned_consumers_interrupted::HUGEINT * 1000000, consumers_served) AS planned_saifi,
  half_up(half_up(planned_micros, 60), consumers_served) AS planned_saidi,
  half_up(half_up(planned_micros, 60), planned_consumers_interrupted) AS planned_caidi,
  half_up(loadshed_micros, 60) AS loadshed_millionths,
  half_up(loadshed_consumers_interrupted::HUGEINT * 1000000, consumers_served) AS loadshed_saifi,
  half_up(half_up(loadshed_micros, 60), consumers_served) AS loadshed_saidi,
  half_up(half_up(loadshed_micros, 60), loadshed_consumers_interrupted) AS loadshed_caidi,
  FROM levels)
SELECT month, level, ibc_id, feeder_id, consumers_served::BIGINT AS consumers_served,
  fault_interruptions, fault_consumers_interrupted,
  CAST(fault_millionths AS DECIMAL(30, 0)) * 0.000001 AS fault_consumer_minutes,
  CAST(fault_saifi AS DECIMAL(24, 0)) * 0.000001 AS fault_saifi,
  CAST(fault_saidi AS DECIMAL(24, 0)) * 0.000001 AS fault_saidi_minutes,
  CAST(fault_caidi AS DECIMAL(24, 0)) * 0.000001 AS fault_caidi_minutes,
  planned_interruptions, planned_consumers_interrupted,
  CAST(planned_millionths AS DECIMAL(30, 0)) * 0.000001 AS planned_consumer_minutes,
  CAST(planned_saifi AS DECIMAL(24, 0)) * 0.000001 AS planned_saifi,
  CAST(planned_saidi AS DECIMAL(24, 0)) * 0.000001 AS planned_saidi_minutes,
  CAST(planned_caidi AS DECIMAL(24, 0)) * 0.000001 AS planned_caidi_minutes,
  loadshed_interruptions, loadshed_consumers_interrupted,
  CAST(loadshed_millionths AS DECIMAL(30, 0)) * 0.000001 AS loadshed_consumer_minutes,
  CAST(loadshed_saifi AS DECIMAL(24, 0)) * 0.000001 AS loadshed_saifi,
  CAST(loadshed_saidi AS DECIMAL(24, 0)) * 0.000001 AS loadshed_saidi_minutes,
  CAST(loadshed_caidi AS DECIMAL(24, 0)) * 0.000001 AS loadshed_caidi_minutes,
  ongoing_interruptions
FROM rounded
