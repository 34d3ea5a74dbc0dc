-- what was sent into each feeder on each day on which its head read well, to the watt-hour
WITH odd AS (
  SELECT DISTINCT i.feeder_id, o.day
  FROM planted.odd_intervals o
  JOIN metering.meter_installation i USING (meter_id)
  WHERE i.feeder_id IS NOT NULL AND o.oddity IN ('missing', 'negative', 'spike', 'frozen') AND o.on_purpose > 0)
SELECT feeder_id, day, b.sent_out_kwh, p.sent_wh * 0.001 AS planted_kwh
FROM gold.feeder_energy_balance b
FULL JOIN planted.feeder_energy p USING (feeder_id, day)
ANTI JOIN odd USING (feeder_id, day)
WHERE p.feeder_id IS NOT NULL AND b.sent_out_kwh * 1000 IS DISTINCT FROM p.sent_wh
