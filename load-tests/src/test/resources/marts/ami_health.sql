WITH fact AS (
  SELECT meter_id, day, expected, expected AND received AND status <> 'estimated' AS read,
    epoch_us(received_at) - epoch_us(read_at) - interval_minutes * 60000000::BIGINT AS micros
  FROM interval_fact),
facts AS (
  SELECT meter_id, day,
    count(*) FILTER (expected) AS expected,
    count(*) FILTER (read) AS n,
    count(*) FILTER (read AND micros <= 3600000000) AS soon,
    sum(micros) FILTER (read) AS total,
    list_sort(list(micros) FILTER (read)) AS latencies
  FROM fact GROUP BY meter_id, day),
events AS (
  SELECT meter_id, day_of(occurred_at) AS day, count(*) AS events,
    count(*) FILTER (kind = 'power_down') AS power_down,
    count(*) FILTER (kind = 'power_up') AS power_up,
    count(*) FILTER (kind = 'cover_open') AS cover_open,
    count(*) FILTER (kind = 'magnetic_field') AS magnetic_field,
    count(*) FILTER (kind = 'reverse_energy') AS reverse_energy,
    count(*) FILTER (kind = 'low_voltage') AS low_voltage,
    count(*) FILTER (kind = 'clock_drift') AS clock_drift,
    count(*) FILTER (kind = 'communication_lost') AS communication_lost
  FROM metering.meter_event GROUP BY ALL)
SELECT meter_id, day,
  coalesce(f.expected, 0) AS expected_intervals,
  coalesce(f.n, 0) AS read_intervals,
  percent4(f.n, f.expected) AS read_success_percent,
  percent4(f.soon, f.expected) AS read_within_1_hour_percent,
  CASE WHEN f.n > 0 THEN CAST(half_up(f.total, f.n * 1000) AS DECIMAL(28, 0)) * 0.001 END AS latency_mean_seconds,
  CASE WHEN f.n > 0 THEN CAST(f.latencies[(95 * f.n + 99) // 100] AS DECIMAL(18, 0)) * 0.000001 END AS latency_p95_seconds,
  CASE WHEN f.n > 0 THEN CAST(f.latencies[f.n] AS DECIMAL(18, 0)) * 0.000001 END AS latency_max_seconds,
  coalesce(e.events, 0) AS events,
  coalesce(e.power_down, 0) AS power_down_events,
  coalesce(e.power_up, 0) AS power_up_events,
  coalesce(e.cover_open, 0) AS cover_open_events,
  coalesce(e.magnetic_field, 0) AS magnetic_field_events,
  coalesce(e.reverse_energy, 0) AS reverse_energy_events,
  coalesce(e.low_voltage, 0) AS low_voltage_events,
  coalesce(e.clock_drift, 0) AS clock_drift_events,
  coalesce(e.communication_lost, 0) AS communication_lost_events
FROM facts f FULL JOIN events e USING (meter_id, day)
