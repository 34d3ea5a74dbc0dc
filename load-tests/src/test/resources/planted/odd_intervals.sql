-- each meter and day: the intervals that are missing, negative, too large, standing still, corrected, estimated
WITH counted AS (
  FROM gold.interval_quality
  UNPIVOT (intervals FOR oddity IN (
    missing_intervals AS missing, negative_intervals AS negative, spike_intervals AS spike, frozen_intervals AS frozen,
    corrected_intervals AS corrected, head_end_estimates AS estimated)))
SELECT meter_id, day, oddity, c.intervals, p.intervals AS planted
FROM (FROM counted WHERE intervals > 0) c
FULL JOIN (FROM planted.odd_intervals WHERE oddity <> 'late') p USING (meter_id, day, oddity)
WHERE c.intervals IS DISTINCT FROM p.intervals
