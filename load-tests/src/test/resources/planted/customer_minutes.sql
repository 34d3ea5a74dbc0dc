-- the minutes of each feeder and month, by kind
WITH marted AS (
  SELECT feeder_id, month, kind, consumer_minutes
  FROM (FROM gold.reliability_index WHERE level = 'feeder')
  UNPIVOT (consumer_minutes FOR kind IN (
    fault_consumer_minutes AS fault, planned_consumer_minutes AS planned, loadshed_consumer_minutes AS loadshed))),
planted AS (
  SELECT feeder_id, month, kind, sum(consumers * minutes) AS consumer_minutes
  FROM planted.interruption_effect
  GROUP BY ALL)
SELECT feeder_id, month, kind, m.consumer_minutes, p.consumer_minutes AS planted
FROM marted m
FULL JOIN planted p USING (feeder_id, month, kind)
WHERE coalesce(m.consumer_minutes, 0) <> coalesce(p.consumer_minutes, 0)
