/*
description: >-
  How often and how long supply was off, by feeder and by IBC, in each month in which any was. A consumer is
  interrupted if the service point was supplied through the interrupted PMT or feeder when the interruption began.
  An interruption counts in the month (Karachi) in which it began, whole; one that still goes on counts as an
  interruption and adds no minutes yet. Consumers served are those connected at the end of the month.
  Every interruption counts, however short; major event days are not left out.
materialized: touched_partitions
unique_key: [month, level, ibc_id, feeder_id]
partition_by: month
tags: [mart, reliability]
inputs:
  silver.network.interruption_effect:
    reach: month
    watches: [feeder_id, kind, consumers, micros, restored_at]
  silver.network.service_point_supply:
    reach:
      from: >-
        CAST(trunc(to_date(CASE WHEN _old.feeder_id = _new.feeder_id
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS), 'MM') AS DATE)
      to: CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [feeder_id, valid_to]
  silver.billing.consumer:
    reach:
      from: >-
        CAST(trunc(
          CASE WHEN _old.service_point_id = _new.service_point_id AND _old.connected_on = _new.connected_on
               THEN least(_old.disconnected_on, _new.disconnected_on) ELSE connected_on END, 'MM') AS DATE)
      to: CAST(trunc(disconnected_on, 'MM') AS DATE)
    watches: [service_point_id, connected_on, disconnected_on]
  silver.network.feeder:
    reach: {from: null}
    watches: [ibc_id]
columns:
  month: First day of the month
  level: feeder, or ibc for all feeders of an IBC together
  ibc_id: billing.ibc
  feeder_id: network.feeder; null at level ibc
  consumers_served: Consumers connected at the end of the month
  fault_interruptions: Interruptions by faults
  fault_consumers_interrupted: Sum over them of the consumers interrupted
  fault_consumer_minutes: Sum over them of consumers x minutes, in minutes, rounded to 6 digits
  fault_saifi: Interruptions by faults per consumer served, rounded to 6 digits
  fault_saidi_minutes: fault_consumer_minutes per consumer served, rounded to 6 digits
  fault_caidi_minutes: fault_consumer_minutes per interruption of a consumer, rounded to 6 digits; null where there was none
  planned_interruptions: The same for planned maintenance
  planned_consumers_interrupted: The same for planned maintenance
  planned_consumer_minutes: The same for planned maintenance, in minutes
  planned_saifi: The same for planned maintenance
  planned_saidi_minutes: The same for planned maintenance
  planned_caidi_minutes: The same for planned maintenance
  loadshed_interruptions: The same for load-shedding
  loadshed_consumers_interrupted: The same for load-shedding
  loadshed_consumer_minutes: The same for load-shedding, in minutes
  loadshed_saifi: The same for load-shedding
  loadshed_saidi_minutes: The same for load-shedding
  loadshed_caidi_minutes: The same for load-shedding
  ongoing_interruptions: Interruptions of any kind that are not over
restates: [fault_consumer_minutes, fault_saifi, fault_saidi_minutes, loadshed_consumer_minutes]
audits:
  - not_null: [month, level, ibc_id, consumers_served]
  - unique: [month, level, ibc_id, feeder_id]
  - accepted_values: {column: level, values: [feeder, ibc]}
  - name: feeders_add_up_to_their_ibc
    rows: >-
      SELECT month, ibc_id FROM ${this} GROUP BY month, ibc_id
      HAVING sum(CASE level WHEN 'ibc' THEN 1 ELSE -1 END * fault_consumers_interrupted) <> 0
      OR sum(CASE level WHEN 'ibc' THEN 1 ELSE -1 END * consumers_served) <> 0
      OR abs(sum(CASE level WHEN 'ibc' THEN 1 ELSE -1 END * fault_consumer_minutes)) > 0.001
*/
WITH interrupted AS (
  SELECT
    month,
    feeder_id,
    kind,
    count(*) AS interruptions,
    sum(consumers) AS consumers,
    CAST(sum(CAST(consumers AS DECIMAL(12, 0)) * CAST(micros AS DECIMAL(18, 0))) AS DECIMAL(36, 0))
      AS consumer_micros,
    count_if(restored_at IS NULL) AS ongoing
  FROM ${ref('silver.network.interruption_effect')}
  GROUP BY month, feeder_id, kind
),
month AS (
  SELECT DISTINCT month FROM interrupted
),
served AS (
  SELECT
    m.month,
    s.feeder_id,
    count(*) AS consumers
  FROM month m
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.valid_from < CAST(add_months(m.month, 1) AS TIMESTAMP) - INTERVAL 5 HOURS
    AND (s.valid_to IS NULL OR s.valid_to >= CAST(add_months(m.month, 1) AS TIMESTAMP) - INTERVAL 5 HOURS)
  JOIN ${ref('silver.billing.consumer')} c
    ON c.service_point_id = s.service_point_id
    AND c.connected_on < add_months(m.month, 1)
    AND (c.disconnected_on IS NULL OR c.disconnected_on >= add_months(m.month, 1))
  GROUP BY m.month, s.feeder_id
),
by_feeder AS (
  SELECT
    m.month,
    f.ibc_id,
    f.feeder_id,
    coalesce(max(s.consumers), 0L) AS consumers_served,
    coalesce(sum(CASE WHEN i.kind = 'fault' THEN i.interruptions END), 0L) AS fault_interruptions,
    coalesce(sum(CASE WHEN i.kind = 'fault' THEN i.consumers END), 0L) AS fault_consumers,
    coalesce(sum(CASE WHEN i.kind = 'fault' THEN i.consumer_micros END), 0) AS fault_micros,
    coalesce(sum(CASE WHEN i.kind = 'planned' THEN i.interruptions END), 0L) AS planned_interruptions,
    coalesce(sum(CASE WHEN i.kind = 'planned' THEN i.consumers END), 0L) AS planned_consumers,
    coalesce(sum(CASE WHEN i.kind = 'planned' THEN i.consumer_micros END), 0) AS planned_micros,
    coalesce(sum(CASE WHEN i.kind = 'loadshed' THEN i.interruptions END), 0L) AS loadshed_interruptions,
    coalesce(sum(CASE WHEN i.kind = 'loadshed' THEN i.consumers END), 0L) AS loadshed_consumers,
    coalesce(sum(CASE WHEN i.kind = 'loadshed' THEN i.consumer_micros END), 0) AS loadshed_micros,
    coalesce(sum(i.ongoing), 0L) AS ongoing
  FROM month m
  CROSS JOIN ${ref('silver.network.feeder')} f
  LEFT JOIN served s
    ON s.month = m.month
    AND s.feeder_id = f.feeder_id
  LEFT JOIN interrupted i
    ON i.month = m.month
    AND i.feeder_id = f.feeder_id
  GROUP BY m.month, f.ibc_id, f.feeder_id
),
by_level AS (
  SELECT 'feeder' AS level, * FROM by_feeder
  UNION ALL
  SELECT
    'ibc',
    month,
    ibc_id,
    CAST(NULL AS INT),
    sum(consumers_served),
    sum(fault_interruptions),
    sum(fault_consumers),
    sum(fault_micros),
    sum(planned_interruptions),
    sum(planned_consumers),
    sum(planned_micros),
    sum(loadshed_interruptions),
    sum(loadshed_consumers),
    sum(loadshed_micros),
    sum(ongoing)
  FROM by_feeder
  GROUP BY month, ibc_id
)
SELECT
  month,
  level,
  ibc_id,
  feeder_id,
  consumers_served,
  fault_interruptions,
  fault_consumers AS fault_consumers_interrupted,
  CAST(fault_micros / 60000000 AS DECIMAL(24, 6)) AS fault_consumer_minutes,
  CAST(try_divide(CAST(fault_consumers AS DECIMAL(20, 0)), CAST(consumers_served AS DECIMAL(12, 0))) AS DECIMAL(18, 6))
    AS fault_saifi,
  CAST(try_divide(CAST(fault_micros / 60000000 AS DECIMAL(24, 6)), CAST(consumers_served AS DECIMAL(12, 0)))
    AS DECIMAL(18, 6)) AS fault_saidi_minutes,
  CAST(try_divide(CAST(fault_micros / 60000000 AS DECIMAL(24, 6)), CAST(fault_consumers AS DECIMAL(12, 0)))
    AS DECIMAL(18, 6)) AS fault_caidi_minutes,
  planned_interruptions,
  planned_consumers AS planned_consumers_interrupted,
  CAST(planned_micros / 60000000 AS DECIMAL(24, 6)) AS planned_consumer_minutes,
  CAST(try_divide(CAST(planned_consumers AS DECIMAL(20, 0)), CAST(consumers_served AS DECIMAL(12, 0)))
    AS DECIMAL(18, 6)) AS planned_saifi,
  CAST(try_divide(CAST(planned_micros / 60000000 AS DECIMAL(24, 6)), CAST(consumers_served AS DECIMAL(12, 0)))
    AS DECIMAL(18, 6)) AS planned_saidi_minutes,
  CAST(try_divide(CAST(planned_micros / 60000000 AS DECIMAL(24, 6)), CAST(planned_consumers AS DECIMAL(12, 0)))
    AS DECIMAL(18, 6)) AS planned_caidi_minutes,
  loadshed_interruptions,
  loadshed_consumers AS loadshed_consumers_interrupted,
  CAST(loadshed_micros / 60000000 AS DECIMAL(24, 6)) AS loadshed_consumer_minutes,
  CAST(try_divide(CAST(loadshed_consumers AS DECIMAL(20, 0)), CAST(consumers_served AS DECIMAL(12, 0)))
    AS DECIMAL(18, 6)) AS loadshed_saifi,
  CAST(try_divide(CAST(loadshed_micros / 60000000 AS DECIMAL(24, 6)), CAST(consumers_served AS DECIMAL(12, 0)))
    AS DECIMAL(18, 6)) AS loadshed_saidi_minutes,
  CAST(try_divide(CAST(loadshed_micros / 60000000 AS DECIMAL(24, 6)), CAST(loadshed_consumers AS DECIMAL(12, 0)))
    AS DECIMAL(18, 6)) AS loadshed_caidi_minutes,
  ongoing AS ongoing_interruptions
FROM by_level
