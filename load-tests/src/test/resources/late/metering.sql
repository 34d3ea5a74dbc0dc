-- What meters send late, and what is found wrong in what they sent.
CREATE FUNCTION pg_temp.late_meter(wanted meter_kind, topic text) RETURNS bigint LANGUAGE sql AS $$
  SELECT meter_id FROM meter
  WHERE kind = wanted AND ami AND status = 'in_service'
  ORDER BY md5(meter_id || topic || current_setting('late.night')) LIMIT 1
$$;
CREATE FUNCTION pg_temp.late_day(back integer) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT timestamptz '2026-06-29 19:00Z' - (back + current_setting('late.night')::int) * interval '1 day'
$$;

-- registers read wrongly, and one that was not read after all
UPDATE register_reading SET register_kwh = register_kwh + 3.5, updated_at = now() WHERE (meter_id, read_on) = (
  SELECT meter_id, read_on FROM register_reading WHERE read_on BETWEEN '2026-01-01' AND '2026-06-28'
  ORDER BY md5(meter_id || 'more' || read_on || current_setting('late.night')) LIMIT 1);
DELETE FROM register_reading WHERE (meter_id, read_on) = (
  SELECT meter_id, read_on FROM register_reading WHERE read_on BETWEEN '2026-01-01' AND '2026-06-28'
  ORDER BY md5(meter_id || 'gone' || read_on || current_setting('late.night')) LIMIT 1);
UPDATE register_reading SET peak_register_kwh = peak_register_kwh - 2.25, updated_at = now() WHERE (meter_id, read_on) = (
  SELECT meter_id, read_on FROM register_reading WHERE peak_register_kwh > 10 AND read_on > '2026-02-01'
  ORDER BY md5(meter_id || 'peak' || read_on || current_setting('late.night')) LIMIT 1);

-- negative, frozen, a spike, gaps short and long
UPDATE interval_reading SET energy_kwh = -energy_kwh - 0.001, status = 'corrected', corrected_at = now()
WHERE meter_id = pg_temp.late_meter('consumer', 'negative') AND read_at = pg_temp.late_day(3) + interval '11 hours';
UPDATE interval_reading SET energy_kwh = 0.777, status = 'corrected', corrected_at = now()
WHERE meter_id = pg_temp.late_meter('consumer', 'frozen')
  AND read_at >= pg_temp.late_day(5) + interval '3 hours' AND read_at < pg_temp.late_day(5) + interval '5 hours';
UPDATE interval_reading SET energy_kwh = energy_kwh * 100 + 50, status = 'corrected', corrected_at = now()
WHERE meter_id = pg_temp.late_meter('consumer', 'spike') AND read_at = pg_temp.late_day(4) + interval '17 hours';
DELETE FROM interval_reading WHERE meter_id = pg_temp.late_meter('consumer', 'gap')
  AND read_at >= pg_temp.late_day(6) + interval '7 hours' AND read_at < pg_temp.late_day(6) + interval '8 hours';
DELETE FROM interval_reading WHERE meter_id = pg_temp.late_meter('pmt', 'gap')
  AND read_at >= pg_temp.late_day(8) + interval '2 hours' AND read_at < pg_temp.late_day(8) + interval '9 hours';
DELETE FROM interval_reading WHERE meter_id = pg_temp.late_meter('consumer', 'day')
  AND read_at >= pg_temp.late_day(14) AND read_at < pg_temp.late_day(13);
-- of a feeder's head a value, and every third night a whole day
UPDATE interval_reading SET energy_kwh = energy_kwh + 0.0000005, status = 'corrected', corrected_at = now()
WHERE meter_id = pg_temp.late_meter('feeder', 'value') AND read_at = pg_temp.late_day(9) + interval '20 hours';
DELETE FROM interval_reading WHERE current_setting('late.night')::int % 3 = 2
  AND meter_id = pg_temp.late_meter('feeder', 'day')
  AND read_at >= pg_temp.late_day(10) AND read_at < pg_temp.late_day(9);
-- a meter that came a day later than was recorded
UPDATE meter_installation SET valid_from = valid_from + interval '1 day 45 minutes', updated_at = now()
WHERE valid_to IS NULL AND meter_id = pg_temp.late_meter('pmt', 'hung');
