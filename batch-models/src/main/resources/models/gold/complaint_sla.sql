/*
description: >-
  Each complaint: how long until someone responded and until it was mended, against its limits, and the interruption
  that it is linked with. What is not answered yet has no verdict, however late. A linked interruption counts if
  it began from 31 days before to one day after the day on which the complaint was opened.
materialized: touched_partitions
unique_key: [complaint_id]
partition_by: month
tags: [mart, service]
inputs:
  silver.service.complaint:
    reach: CAST(trunc(to_date(opened_at + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches:
      - consumer_id
      - interruption_id
      - category
      - channel
      - details
      - status
      - opened_at
      - responded_at
      - restored_at
      - response_limit_minutes
      - restoration_limit_minutes
  silver.network.interruption:
    reach:
      from: CAST(trunc(date_sub(to_date(started_at + INTERVAL 5 HOURS), 1), 'MM') AS DATE)
      to: CAST(trunc(date_add(to_date(started_at + INTERVAL 5 HOURS), 31), 'MM') AS DATE)
    watches: [feeder_id, pmt_id, kind, started_at, restored_at]
columns:
  complaint_id: service.complaint
  month: First day of the month, in Karachi, in which it was opened
  consumer_id: billing.consumer; null where the caller is none
  category: no_supply, voltage, billing, meter or safety
  channel: call_centre, app, walk_in or sms
  status: open, responded or closed
  attempts: How often the caller tried, by details
  opened_at: When it was opened
  responded_at: When someone responded; null while nobody has
  restored_at: When it was mended; null while it is not
  response_minutes: From opened_at to responded_at, in minutes, rounded to 2 digits
  response_limit_minutes: Minutes within which a response was due
  response_in_time: Whether it came within them; null while there is none
  restoration_minutes: From opened_at to restored_at, in minutes, rounded to 2 digits
  restoration_limit_minutes: Minutes within which mending was due
  restoration_in_time: Whether it was mended within them; null while it is not
  link: none (it names no interruption), found, or not_found
  interruption_id: network.interruption, as the complaint names it
  interruption_kind: fault, planned or loadshed, where link is found
  feeder_id: The feeder that was interrupted, where link is found
  pmt_id: The PMT that was interrupted; null for a whole feeder
  interruption_started_at: When supply went off, where link is found
  supply_restored_at: When supply was back, where link is found; null while it is off
  mended_before_supply: Whether the complaint was called mended before supply was back; null where one is not known
audits:
  - not_null: [complaint_id, month, opened_at, response_limit_minutes, restoration_limit_minutes, link]
  - unique: [complaint_id]
  - accepted_values: {column: link, values: [none, found, not_found]}
  - name: answered_before_it_was_opened
    rows: SELECT * FROM ${this} WHERE response_minutes < 0 OR restoration_minutes < 0
    severity: warn
  - name: interruption_is_not_found
    rows: SELECT * FROM ${this} WHERE link = 'not_found'
    severity: warn
*/
WITH linked AS (
  SELECT
    c.complaint_id,
    c.consumer_id,
    c.category,
    c.channel,
    c.status,
    c.details,
    c.opened_at,
    c.responded_at,
    c.restored_at,
    c.response_limit_minutes,
    c.restoration_limit_minutes,
    c.interruption_id,
    to_date(c.opened_at + INTERVAL 5 HOURS) AS opened_on,
    unix_micros(c.responded_at) - unix_micros(c.opened_at) AS response_micros,
    unix_micros(c.restored_at) - unix_micros(c.opened_at) AS restoration_micros,
    i.interruption_id IS NOT NULL AS found,
    i.kind AS interruption_kind,
    i.feeder_id,
    i.pmt_id,
    i.started_at AS interruption_started_at,
    i.restored_at AS supply_restored_at
  FROM ${ref('silver.service.complaint')} c
  LEFT JOIN ${ref('silver.network.interruption')} i
    ON i.interruption_id = c.interruption_id
    AND datediff(to_date(c.opened_at + INTERVAL 5 HOURS), to_date(i.started_at + INTERVAL 5 HOURS)) BETWEEN -1 AND 31
)
SELECT
  complaint_id,
  CAST(trunc(opened_on, 'MM') AS DATE) AS month,
  consumer_id,
  category,
  channel,
  status,
  CASE
    WHEN get_json_object(details, '$.attempts') RLIKE '^[0-9]{1,9}$'
      THEN CAST(get_json_object(details, '$.attempts') AS INT)
  END AS attempts,
  opened_at,
  responded_at,
  restored_at,
  CAST(CAST(response_micros AS DECIMAL(18, 0)) / 60000000 AS DECIMAL(18, 2)) AS response_minutes,
  response_limit_minutes,
  response_micros <= response_limit_minutes * 60000000L AS response_in_time,
  CAST(CAST(restoration_micros AS DECIMAL(18, 0)) / 60000000 AS DECIMAL(18, 2)) AS restoration_minutes,
  restoration_limit_minutes,
  restoration_micros <= restoration_limit_minutes * 60000000L AS restoration_in_time,
  CASE WHEN interruption_id IS NULL THEN 'none' WHEN found THEN 'found' ELSE 'not_found' END AS link,
  interruption_id,
  interruption_kind,
  feeder_id,
  pmt_id,
  interruption_started_at,
  supply_restored_at,
  restored_at < supply_restored_at AS mended_before_supply
FROM linked
