-- consumer-minutes of interruptions are those of feeders, of days, and with and without major events
WITH effects AS (
  SELECT month, day, sum(CAST(consumers AS HUGEINT) * micros) AS micros
  FROM lake.interruption_effect WHERE kind = 'fault' GROUP BY ALL),
minutes AS (
  SELECT month, 'interruptions' AS source, sum(micros) / 60000000.0 AS total FROM effects GROUP BY ALL
  UNION ALL
  SELECT month, 'feeders', sum(fault_consumer_minutes) FROM gold.reliability_index WHERE level = 'feeder' GROUP BY ALL
  UNION ALL
  SELECT month_of(day), 'days', sum(consumer_minutes) FROM gold.major_event_day GROUP BY ALL),
without_events AS (
  SELECT month_of(day) AS month, 'days that are no events' AS source, sum(consumer_minutes) AS total
  FROM gold.major_event_day WHERE major_event IS NOT TRUE GROUP BY ALL
  UNION ALL
  SELECT month, 'without events', sum(fault_consumer_minutes)
  FROM lake.reliability_without_major_events WHERE level = 'feeder' GROUP BY ALL),
spread AS (
  SELECT month, max(total) AS most, min(total) AS least, list(source || ' ' || total) AS totals
  FROM (FROM minutes WHERE total > 0) GROUP BY month
  UNION ALL
  SELECT month, max(total), min(total), list(source || ' ' || total) FROM (FROM without_events WHERE total > 0) GROUP BY month)
-- each row of a mart is rounded to six digits
SELECT month, totals FROM spread WHERE most - least > 0.001
