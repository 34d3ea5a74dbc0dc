/*
description: >-
  An interruption, and how many consumers it cut: those connected on its first day whose service point was supplied
  through the interrupted PMT or feeder when it began
materialized: touched_partitions
unique_key: [interruption_id]
partition_by: month
tags: [topology]
inputs:
  silver.network.interruption:
    reach: CAST(trunc(to_date(started_at + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [feeder_id, pmt_id, kind, started_at, restored_at]
  silver.network.service_point_supply:
    reach:
      from: >-
        CAST(trunc(to_date(CASE WHEN _old.feeder_id = _new.feeder_id AND _old.pmt_id = _new.pmt_id
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS), 'MM') AS DATE)
      to: CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [feeder_id, pmt_id, valid_to]
  silver.billing.consumer:
    reach:
      from: >-
        CAST(trunc(
          CASE WHEN _old.service_point_id = _new.service_point_id AND _old.connected_on = _new.connected_on
               THEN least(_old.disconnected_on, _new.disconnected_on) ELSE connected_on END, 'MM') AS DATE)
      to: CAST(trunc(disconnected_on, 'MM') AS DATE)
    watches: [service_point_id, connected_on, disconnected_on]
columns:
  interruption_id: network.interruption
  month: First day of the month in which it began, in Karachi
  day: The day on which it began, in Karachi
  feeder_id: network.feeder that was interrupted
  pmt_id: network.pmt that was interrupted; null where the whole feeder was
  kind: fault, planned or loadshed
  started_at: When it began
  restored_at: When supply was back; null while it is off
  consumers: Consumers cut
  micros: How long it lasted in microseconds; 0 while it goes on
audits:
  - not_null: [interruption_id, month, day, feeder_id, kind, consumers, micros]
  - unique: [interruption_id]
  - name: nobody_was_cut
    rows: SELECT * FROM ${this} WHERE consumers = 0
    severity: warn
*/
WITH interruption AS (
  SELECT
    interruption_id,
    CAST(trunc(to_date(started_at + INTERVAL 5 HOURS), 'MM') AS DATE) AS month,
    to_date(started_at + INTERVAL 5 HOURS) AS day,
    feeder_id,
    pmt_id,
    kind,
    started_at,
    restored_at
  FROM ${ref('silver.network.interruption')}
),
cut AS (
  SELECT
    i.month,
    i.interruption_id,
    count(*) AS consumers
  FROM interruption i
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.feeder_id = i.feeder_id
    AND (i.pmt_id IS NULL OR s.pmt_id = i.pmt_id)
    AND i.started_at >= s.valid_from
    AND (s.valid_to IS NULL OR i.started_at < s.valid_to)
  JOIN ${ref('silver.billing.consumer')} c
    ON c.service_point_id = s.service_point_id
    AND c.connected_on <= i.day
    AND (c.disconnected_on IS NULL OR i.day < c.disconnected_on)
  GROUP BY i.month, i.interruption_id
)
SELECT
  i.interruption_id,
  i.month,
  i.day,
  i.feeder_id,
  i.pmt_id,
  i.kind,
  i.started_at,
  i.restored_at,
  coalesce(c.consumers, 0L) AS consumers,
  coalesce(unix_micros(i.restored_at) - unix_micros(i.started_at), 0L) AS micros
FROM interruption i
LEFT JOIN cut c
  ON c.month = i.month
  AND c.interruption_id = i.interruption_id
