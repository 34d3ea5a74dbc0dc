-- What billing finds wrong, months later. late.night makes each night's choice another.
CREATE FUNCTION pg_temp.chosen(months integer, topic text) RETURNS bigint LANGUAGE sql AS $$
  SELECT bill_id FROM bill
  WHERE status <> 'cancelled'
    AND bill_month = (SELECT max(bill_month) FROM bill) - months * interval '1 month'
  ORDER BY md5(bill_id || topic || current_setting('late.night')) LIMIT 1
$$;

-- other units than the registers', a cycle too long, one too short
UPDATE bill SET units_kwh = units_kwh + 57, updated_at = now() WHERE bill_id = pg_temp.chosen(4, 'units');
UPDATE bill SET period_from = period_from - 9, updated_at = now() WHERE bill_id = pg_temp.chosen(1, 'long');
UPDATE bill SET period_from = period_from + 8, updated_at = now() WHERE bill_id = pg_temp.chosen(3, 'short');
-- charges that do not follow from the tariff, and a tariff of another day
UPDATE bill SET energy_charge_rs = energy_charge_rs + 100.01, amount_rs = amount_rs + 100.01, updated_at = now()
WHERE bill_id = pg_temp.chosen(2, 'energy');
UPDATE bill b SET tariff_effective_from = (SELECT min(effective_from) FROM tariff t WHERE t.tariff_code = b.tariff_code),
  updated_at = now()
WHERE bill_id = pg_temp.chosen(1, 'tariff');
UPDATE bill SET tariff_code = 'A1-U', updated_at = now()
WHERE bill_id = pg_temp.chosen(2, 'category') AND tariff_code IN ('A1-P', 'A1-L');
UPDATE bill SET status = 'cancelled', updated_at = now() WHERE bill_id = pg_temp.chosen(5, 'cancelled');
DELETE FROM bill b WHERE bill_id = pg_temp.chosen(0, 'gone')
  AND NOT EXISTS (SELECT FROM payment p WHERE p.bill_id = b.bill_id)
  AND NOT EXISTS (SELECT FROM bill_adjustment a WHERE a.bill_id = b.bill_id);

-- a cheque of months ago bounced, a payment was made on another day, one was made ahead of its bill
DELETE FROM payment WHERE payment_id = (
  SELECT payment_id FROM payment ORDER BY md5(payment_id || current_setting('late.night')) LIMIT 1);
UPDATE payment SET paid_at = paid_at - interval '40 days' WHERE payment_id = (
  SELECT payment_id FROM payment ORDER BY md5(payment_id || 'day' || current_setting('late.night')) LIMIT 1);
INSERT INTO payment (payment_id, bill_id, paid_at, amount_rs, channel, receipt_no, updated_at)
SELECT md5('ahead' || bill_id || current_setting('late.night'))::uuid, bill_id, period_to - interval '70 days', 12.34, 'bank',
  'ahead ' || current_setting('late.night'), now()
FROM bill WHERE bill_id = pg_temp.chosen(1, 'ahead');

-- another load, another office, another place
UPDATE consumer SET sanctioned_load_kw = sanctioned_load_kw + 0.75 WHERE consumer_id = (
  SELECT consumer_id FROM consumer WHERE tariff_code LIKE '%T' ORDER BY md5(consumer_id || current_setting('late.night')) LIMIT 1);
UPDATE consumer SET ibc_id = (SELECT max(ibc_id) FROM ibc) WHERE consumer_id = (
  SELECT consumer_id FROM consumer ORDER BY md5(consumer_id || 'ibc' || current_setting('late.night')) LIMIT 1);
WITH two AS (
  SELECT array_agg(consumer_id) AS ids, array_agg(service_point_id) AS points
  FROM (SELECT * FROM consumer ORDER BY md5(consumer_id || 'place' || current_setting('late.night')) LIMIT 2) c)
UPDATE consumer SET service_point_id = CASE WHEN consumer_id = ids[1] THEN points[2] ELSE points[1] END
FROM two WHERE consumer_id = ANY (ids);

-- every other night a past notification is mended
UPDATE tariff_slab SET rate_rs_per_kwh = rate_rs_per_kwh + 0.0305
WHERE current_setting('late.night')::int % 2 = 1 AND tariff_code = 'A1-P' AND from_units = 100
  AND effective_from = (SELECT min(effective_from) FROM tariff);
UPDATE tariff SET electricity_duty_percent = electricity_duty_percent + 0.25
WHERE current_setting('late.night')::int % 2 = 0 AND tariff_code = 'A2' AND effective_to IS NOT NULL;
