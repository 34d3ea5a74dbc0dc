-- From docs/marts-revenue.md alone.
SELECT
  c.complaint_id,
  c.consumer_id,
  c.category,
  c.channel,
  c.status,
  c.opened_at,
  c.responded_at,
  c.restored_at,
  month_of(day_of(c.opened_at)) AS month,
  CASE WHEN regexp_full_match(json_extract_string(c.details, '$.attempts'), '[0-9]{1,9}')
    THEN CAST(json_extract_string(c.details, '$.attempts') AS INTEGER)
  END AS attempts,
  CAST(half_up(epoch_us(c.responded_at) - epoch_us(c.opened_at), 600000) AS DECIMAL(30, 0)) * CAST(0.01 AS DECIMAL(3, 2))
    AS response_minutes,
  c.response_limit_minutes,
  c.responded_at <= c.opened_at + to_minutes(c.response_limit_minutes) AS response_in_time,
  CAST(half_up(epoch_us(c.restored_at) - epoch_us(c.opened_at), 600000) AS DECIMAL(30, 0)) * CAST(0.01 AS DECIMAL(3, 2))
    AS restoration_minutes,
  c.restoration_limit_minutes,
  c.restored_at <= c.opened_at + to_minutes(c.restoration_limit_minutes) AS restoration_in_time,
  CASE
    WHEN c.interruption_id IS NULL THEN 'none'
    WHEN i.interruption_id IS NOT NULL THEN 'found'
    ELSE 'not_found'
  END AS link,
  c.interruption_id,
  i.kind AS interruption_kind,
  i.feeder_id,
  i.pmt_id,
  i.started_at AS interruption_started_at,
  i.restored_at AS supply_restored_at,
  c.restored_at < i.restored_at AS mended_before_supply
FROM service.complaint c
LEFT JOIN network.interruption i
  ON i.interruption_id = c.interruption_id
  AND date_diff('day', day_of(i.started_at), day_of(c.opened_at)) BETWEEN -1 AND 31
