-- Complaints that were recorded wrongly.
CREATE FUNCTION pg_temp.complaint_of(topic text) RETURNS uuid LANGUAGE sql AS $$
  SELECT complaint_id FROM complaint WHERE status = 'closed' AND opened_at < timestamptz '2026-06-01 00:00Z'
  ORDER BY md5(complaint_id || topic || current_setting('late.night')) LIMIT 1
$$;

UPDATE complaint SET restored_at = restored_at + interval '5 hours 0.01 seconds' WHERE complaint_id = pg_temp.complaint_of('later');
UPDATE complaint SET opened_at = opened_at - interval '45 days' WHERE complaint_id = pg_temp.complaint_of('earlier');
UPDATE complaint SET interruption_id = NULL WHERE complaint_id = pg_temp.complaint_of('unlinked');
UPDATE complaint SET interruption_id = 1 WHERE complaint_id = pg_temp.complaint_of('linked');
UPDATE complaint SET responded_at = NULL, details = '{"attempts": "7x"}' WHERE complaint_id = pg_temp.complaint_of('silent');
UPDATE complaint SET responded_at = opened_at + response_limit_minutes * interval '1 minute'
WHERE complaint_id = pg_temp.complaint_of('just');
DELETE FROM complaint WHERE complaint_id = pg_temp.complaint_of('withdrawn');
