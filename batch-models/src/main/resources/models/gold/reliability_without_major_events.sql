/*
description: >-
  The indices of faults of gold.reliability_index once more, without those that began on a major event day: what is left
  is how the network does on the days that it was built for. A day without a threshold yet is none.
materialized: touched_partitions
unique_key: [month, level, ibc_id, feeder_id]
partition_by: month
tags: [mart, reliability]
inputs:
  gold.reliability_index:
    reach: month
    watches: [consumers_served]
  silver.network.interruption_effect:
    reach: month
    watches: [kind, day, feeder_id, consumers, micros]
  gold.major_event_day:
    reach: CAST(trunc(day, 'MM') AS DATE)
    watches: [major_event]
columns:
  month: First day of the month
  level: feeder, or ibc for all feeders of an IBC together
  ibc_id: billing.ibc
  feeder_id: network.feeder; null at level ibc
  consumers_served: Consumers connected at the end of the month
  major_event_days: Major event days of the month
  fault_interruptions: Interruptions by faults that began on other days
  fault_consumers_interrupted: Sum over them of the consumers interrupted
  fault_consumer_minutes: Sum over them of consumers x minutes, in minutes, rounded to 6 digits
  fault_saifi: Their interruptions per consumer served, rounded to 6 digits; null where nobody was served
  fault_saidi_minutes: Minutes off by them per consumer served, rounded to 6 digits; null where nobody was served
  fault_caidi_minutes: Minutes per interruption of a consumer by them, rounded to 6 digits; null where there was none
audits:
  - not_null: [month, level, ibc_id, consumers_served, major_event_days]
  - unique: [month, level, ibc_id, feeder_id]
  - name: more_is_left_than_there_was
    rows: >-
      SELECT w.* FROM ${this} w
      JOIN ${ref('gold.reliability_index')} r
        ON r.month = w.month AND r.level = w.level AND r.ibc_id = w.ibc_id AND r.feeder_id <=> w.feeder_id
      WHERE w.fault_consumers_interrupted > r.fault_consumers_interrupted
*/
WITH event AS (
  SELECT CAST(trunc(day, 'MM') AS DATE) AS month, day
  FROM ${ref('gold.major_event_day')}
  WHERE major_event
),
left_over AS (
  SELECT
    i.month,
    i.feeder_id,
    count(*) AS interruptions,
    sum(i.consumers) AS consumers,
    CAST(sum(CAST(i.consumers AS DECIMAL(12, 0)) * CAST(i.micros AS DECIMAL(18, 0))) AS DECIMAL(22, 0)) AS consumer_micros
  FROM ${ref('silver.network.interruption_effect')} i
  LEFT ANTI JOIN event e
    ON e.month = i.month
    AND e.day = i.day
  WHERE i.kind = 'fault'
  GROUP BY i.month, i.feeder_id
),
total AS (
  SELECT
    r.month,
    r.level,
    r.ibc_id,
    r.feeder_id,
    max(r.consumers_served) AS served,
    coalesce(sum(l.interruptions), 0L) AS interruptions,
    coalesce(sum(l.consumers), 0L) AS consumers,
    CAST(coalesce(sum(l.consumer_micros), 0) AS DECIMAL(22, 0)) AS consumer_micros
  FROM ${ref('gold.reliability_index')} r
  -- the feeders of the IBC, or the one
  JOIN ${ref('gold.reliability_index')} f
    ON f.month = r.month
    AND f.ibc_id = r.ibc_id
    AND f.level = 'feeder'
    AND (r.level = 'ibc' OR f.feeder_id = r.feeder_id)
  LEFT JOIN left_over l
    ON l.month = f.month
    AND l.feeder_id = f.feeder_id
  GROUP BY r.month, r.level, r.ibc_id, r.feeder_id
)
SELECT
  t.month,
  t.level,
  t.ibc_id,
  t.feeder_id,
  t.served AS consumers_served,
  coalesce(e.days, 0L) AS major_event_days,
  t.interruptions AS fault_interruptions,
  t.consumers AS fault_consumers_interrupted,
  -- whole numbers, half of the divisor added: each quotient is rounded once
  CAST(CAST((t.consumer_micros + 30) div 60 AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(24, 6)) AS fault_consumer_minutes,
  CAST(
    CAST((t.consumers * 2000000 + t.served) div nullif(t.served * 2, 0L) AS DECIMAL(20, 0)) / 1000000
    AS DECIMAL(18, 6)) AS fault_saifi,
  CAST(
    CAST((t.consumer_micros + t.served * 30) div nullif(t.served * 60, 0L) AS DECIMAL(20, 0)) / 1000000
    AS DECIMAL(18, 6)) AS fault_saidi_minutes,
  CAST(
    CAST((t.consumer_micros + t.consumers * 30) div nullif(t.consumers * 60, 0L) AS DECIMAL(20, 0)) / 1000000
    AS DECIMAL(18, 6)) AS fault_caidi_minutes
FROM total t
LEFT JOIN (SELECT month, count(*) AS days FROM event GROUP BY month) e
  ON e.month = t.month
