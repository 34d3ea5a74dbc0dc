-- Switching and interruptions that were recorded wrongly.
-- a PMT had been switched three hours and a quarter before
CREATE TEMPORARY TABLE moved_pmt ON COMMIT DROP AS
SELECT p.pmt_id, p.valid_from AS first, p.valid_to AS border, p.valid_to - interval '195 minutes' AS moved
FROM feeder_pmt p JOIN feeder_pmt n ON n.pmt_id = p.pmt_id AND n.valid_from = p.valid_to
WHERE p.valid_to - p.valid_from > interval '4 hours'
ORDER BY md5(p.pmt_id || p.valid_from::text || current_setting('late.night')) LIMIT 1;
UPDATE feeder_pmt f SET valid_to = m.moved FROM moved_pmt m WHERE f.pmt_id = m.pmt_id AND f.valid_from = m.first;
UPDATE feeder_pmt f SET valid_from = m.moved FROM moved_pmt m WHERE f.pmt_id = m.pmt_id AND f.valid_from = m.border;
-- a service point hung on another PMT for two months
CREATE TEMPORARY TABLE moved_point ON COMMIT DROP AS
SELECT s.service_point_id, s.valid_from, s.pmt_id,
  (SELECT o.pmt_id FROM pmt o WHERE o.pmt_id <> s.pmt_id ORDER BY abs(o.pmt_id - s.pmt_id), o.pmt_id LIMIT 1) AS other
FROM pmt_service_point s
WHERE s.valid_to IS NULL AND s.valid_from < timestamptz '2026-03-01 00:00Z'
ORDER BY md5(s.service_point_id || current_setting('late.night')) LIMIT 1;
UPDATE pmt_service_point s SET valid_to = timestamptz '2026-04-03 02:00Z' FROM moved_point m
WHERE s.service_point_id = m.service_point_id AND s.valid_from = m.valid_from;
INSERT INTO pmt_service_point
SELECT service_point_id, timestamptz '2026-04-03 02:00Z', timestamptz '2026-06-09 05:00Z', other, 'fault_transfer', now()
FROM moved_point
UNION ALL
SELECT service_point_id, timestamptz '2026-06-09 05:00Z', NULL, pmt_id, 'restored', now() FROM moved_point;

-- interruptions: longer than recorded, of another month, of another kind, never, and forgotten
UPDATE interruption SET restored_at = restored_at + interval '17 minutes 30.5 seconds', updated_at = now()
WHERE interruption_id = (SELECT interruption_id FROM interruption WHERE restored_at IS NOT NULL
  ORDER BY md5(interruption_id || 'longer' || current_setting('late.night')) LIMIT 1);
UPDATE interruption SET started_at = started_at - interval '33 days', restored_at = restored_at - interval '33 days'
WHERE interruption_id = (SELECT interruption_id FROM interruption WHERE started_at > timestamptz '2025-08-01 00:00Z'
  ORDER BY md5(interruption_id || 'month' || current_setting('late.night')) LIMIT 1);
UPDATE interruption SET kind = CASE kind WHEN 'fault' THEN 'planned' ELSE 'fault' END
WHERE interruption_id = (SELECT interruption_id FROM interruption WHERE kind <> 'loadshed'
  ORDER BY md5(interruption_id || 'kind' || current_setting('late.night')) LIMIT 1);
DELETE FROM interruption WHERE interruption_id = (SELECT interruption_id FROM interruption
  ORDER BY md5(interruption_id || 'never' || current_setting('late.night')) LIMIT 1);
INSERT INTO interruption
SELECT 800000000 + current_setting('late.night')::int, feeder_id, NULL,
  (ARRAY['fault', 'loadshed', 'planned'])[1 + current_setting('late.night')::int % 3], 'forgotten',
  timestamptz '2026-05-31 18:30Z' - current_setting('late.night')::int * interval '9 days 1 hour',
  timestamptz '2026-05-31 19:45:07.25Z' - current_setting('late.night')::int * interval '9 days', now()
FROM feeder ORDER BY md5(feeder_id || current_setting('late.night')) LIMIT 1;

-- every third night a feeder is given to another office, and a PMT rated anew
UPDATE feeder SET ibc_id = 1 + ibc_id % 2 WHERE current_setting('late.night')::int % 3 = 2 AND feeder_id = (
  SELECT feeder_id FROM feeder ORDER BY md5(feeder_id || 'ibc' || current_setting('late.night')) LIMIT 1);
UPDATE pmt SET rated_kva = rated_kva / 2 WHERE pmt_id = (
  SELECT pmt_id FROM pmt WHERE rated_kva > 20 ORDER BY md5(pmt_id || current_setting('late.night')) LIMIT 1);
