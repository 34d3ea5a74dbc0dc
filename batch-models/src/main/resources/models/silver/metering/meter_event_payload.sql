/*
description: >-
  What a meter told with an event, by columns. A field that is not known, or whose value is of another type than its
  column, stays in other_fields.
materialized: merge_by_key
unique_key: [event_id]
tags: [metering]
inputs:
  silver.metering.meter_event: {reach: event_id, watches: [meter_id, kind, occurred_at, payload]}
columns:
  event_id: metering.meter_event
  meter_id: metering.meter
  kind: Of the event
  occurred_at: The instant, by the meter's clock
  firmware: Version that the meter ran
  severity: From 1, the least, to 3
  voltage_v: Voltage, in volts
  duration_s: How long it took, in seconds
  drift_s: How far the meter's clock was off, in seconds
  phase: A, B or C
  other_fields: The other fields as a JSON object, their values as text; null for none
audits:
  - not_null: [event_id, meter_id, kind, occurred_at]
  - unique: [event_id]
*/
WITH fields AS (
  SELECT
    event_id,
    meter_id,
    kind,
    occurred_at,
    from_json(payload, 'MAP<STRING, STRING>') AS field
  FROM ${ref('silver.metering.meter_event')}),
typed AS (
  SELECT
    *,
    try_cast(try_element_at(field, 'severity') AS INT) AS severity,
    try_cast(try_element_at(field, 'voltage_v') AS DECIMAL(18, 3)) AS voltage_v,
    try_cast(try_element_at(field, 'duration_s') AS DECIMAL(18, 3)) AS duration_s,
    try_cast(try_element_at(field, 'drift_s') AS DECIMAL(18, 3)) AS drift_s
  FROM fields)
SELECT
  event_id,
  meter_id,
  kind,
  occurred_at,
  try_element_at(field, 'firmware') AS firmware,
  severity,
  voltage_v,
  duration_s,
  drift_s,
  try_element_at(field, 'phase') AS phase,
  nullif(
    to_json(map_filter(field, (name, value) -> NOT (
      name IN ('firmware', 'phase')
      OR (name = 'severity' AND severity IS NOT NULL)
      OR (name = 'voltage_v' AND voltage_v IS NOT NULL)
      OR (name = 'duration_s' AND duration_s IS NOT NULL)
      OR (name = 'drift_s' AND drift_s IS NOT NULL)))),
    '{}') AS other_fields
FROM typed
