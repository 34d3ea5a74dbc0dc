-- energy of days makes up that of months, that of feeders and PMTs that of their meters
WITH placed AS (
  SELECT r.energy_kwh, day_of(r.read_at) AS day, i.feeder_id, i.pmt_id
  FROM metering.interval_reading r
  JOIN metering.meter_installation i
    ON i.meter_id = r.meter_id AND i.valid_from <= r.read_at AND r.read_at < ends_of(i.valid_to)),
daily AS (
  SELECT feeder_id, month_of(day) AS month, sum(sent_out_kwh) AS kwh FROM gold.feeder_energy_balance GROUP BY ALL),
facts AS (
  SELECT month_of(day) AS month, sum(final_kwh) AS kwh FROM interval_fact WHERE pmt_id IS NOT NULL GROUP BY ALL),
compared AS (
  SELECT 'days of a feeder' AS what, d.feeder_id || ' ' || month AS place, d.kwh AS one, a.sent_out_kwh AS other,
    abs(d.kwh - a.sent_out_kwh) <= 0.0005 AS agrees
  FROM daily d
  JOIN gold.atc_loss a USING (feeder_id, month)
  WHERE a.level = 'feeder' AND d.kwh IS NOT NULL
  UNION ALL
  SELECT 'heads of feeders', '', b.kwh, p.kwh, b.kwh = p.kwh
  FROM (SELECT sum(sent_out_kwh) AS kwh FROM gold.feeder_energy_balance) b,
    (SELECT sum(energy_kwh) AS kwh FROM placed WHERE feeder_id IS NOT NULL) p
  UNION ALL
  SELECT 'PMTs of feeders', '', b.kwh, p.kwh, b.kwh = p.kwh
  FROM (SELECT sum(pmt_kwh) AS kwh FROM gold.feeder_energy_balance) b,
    (SELECT sum(energy_kwh) AS kwh FROM placed WHERE pmt_id IS NOT NULL) p
  UNION ALL
  SELECT 'PMTs of a month', '' || month, l.kwh, f.kwh, l.kwh = f.kwh
  FROM (SELECT month, sum(pmt_kwh) AS kwh FROM gold.pmt_loss GROUP BY ALL) l
  JOIN facts f USING (month)
  UNION ALL
  SELECT 'a PMT', pmt_id || ' ' || month, pmt_kwh, consumer_kwh + loss_kwh, pmt_kwh = consumer_kwh + loss_kwh FROM gold.pmt_loss
  UNION ALL
  SELECT 'a feeder', feeder_id || ' ' || day, sent_out_kwh, consumer_kwh + loss_kwh, sent_out_kwh = consumer_kwh + loss_kwh
  FROM gold.feeder_energy_balance WHERE sent_out_kwh IS NOT NULL)
SELECT what, place, one, other FROM compared WHERE agrees IS NOT TRUE
