-- what a feeder has, its IBC has: energy, bills, money, interruptions, minutes
WITH sums AS (
  SELECT 'atc_loss' AS mart, level, month, ibc_id,
    [sum(sent_out_kwh), sum(billed_kwh), sum(bills), sum(billed_rs), sum(collected_rs), sum(incomplete_feeders)] AS figures
  FROM gold.atc_loss GROUP BY ALL
  UNION ALL
  SELECT 'reliability_index', level, month, ibc_id,
    [sum(consumers_served), sum(fault_interruptions), sum(fault_consumers_interrupted), sum(fault_consumer_minutes),
     sum(planned_interruptions), sum(planned_consumers_interrupted), sum(planned_consumer_minutes),
     sum(loadshed_interruptions), sum(loadshed_consumers_interrupted), sum(loadshed_consumer_minutes)]
  FROM gold.reliability_index GROUP BY ALL)
SELECT mart, month, ibc_id, f.figures, i.figures
FROM (FROM sums WHERE level = 'feeder') f
FULL JOIN (FROM sums WHERE level = 'ibc') i USING (mart, month, ibc_id)
WHERE f.figures IS DISTINCT FROM i.figures
