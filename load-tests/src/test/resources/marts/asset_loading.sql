WITH measured AS (
  SELECT f.pmt_id, f.day, f.interval_minutes, f.reactive_kvarh IS NULL AS unmeasured,
    CAST(p.rated_kva * 10 AS HUGEINT) AS rated,
    CAST(CAST(f.raw_kwh AS DECIMAL(18, 6)) * 1000000 AS HUGEINT) AS active,
    CAST(CAST(coalesce(f.reactive_kvarh, 0) AS DECIMAL(18, 6)) * 1000000 AS HUGEINT) AS reactive
  FROM interval_fact f
  JOIN network.pmt p USING (pmt_id)
  WHERE f.received AND (f.rule IS NULL OR f.rule = 'frozen')),
apparent AS (SELECT *, active * active + reactive * reactive AS square FROM measured),
daily AS (
  SELECT pmt_id, day, any_value(rated) AS rated,
    count(*) AS intervals,
    count(*) FILTER (unmeasured) AS unmeasured_reactive,
    max(CAST(sqrt(CAST(square AS DOUBLE)) * 60 / interval_minutes / 1000000 AS DECIMAL(18, 6))) AS peak_kva,
    coalesce(sum(interval_minutes // 15)
      FILTER (square * 36000000 > 64 * rated * rated * interval_minutes * interval_minutes * 1000000000000), 0) * 0.25
      AS hours_over_80_percent,
    coalesce(sum(interval_minutes // 15)
      FILTER (square * 360000 > rated * rated * interval_minutes * interval_minutes * 1000000000000), 0) * 0.25
      AS hours_over_100_percent
  FROM apparent GROUP BY pmt_id, day)
SELECT d.pmt_id, d.day, CAST(d.rated AS DECIMAL(18, 0)) * 0.1 AS rated_kva, d.intervals, d.unmeasured_reactive, d.peak_kva,
  percent4(CAST(d.peak_kva * 1000000 AS HUGEINT), d.rated * 100000) AS peak_percent,
  d.hours_over_80_percent, d.hours_over_100_percent,
  (SELECT count(*) FROM network.interruption i
   WHERE i.kind = 'fault' AND i.pmt_id = d.pmt_id AND day_of(i.started_at) = d.day) AS faults,
  (SELECT count(*) FROM network.interruption i
   WHERE i.kind = 'fault' AND i.pmt_id = d.pmt_id AND day_of(i.started_at) BETWEEN d.day - 364 AND d.day) AS faults_365_days
FROM daily d
