-- each meter and day: the intervals that took more than an hour
SELECT meter_id, day, h.read_intervals - round(h.read_within_1_hour_percent * h.expected_intervals / 100) AS late,
  p.intervals AS planted
FROM gold.ami_health h
FULL JOIN (FROM planted.odd_intervals WHERE oddity = 'late') p USING (meter_id, day)
WHERE h.expected_intervals > 0 AND late <> coalesce(planted, 0) OR h.meter_id IS NULL
