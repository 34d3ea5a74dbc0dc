/*
description: >-
  How well a meter could be read on a day: what came of what was expected, how late, and what the meter reported of
  itself. Estimates of the head-end are not read. Latency counts from the end of the interval.
materialized: touched_partitions
unique_key: [meter_id, day]
partition_by: day
tags: [mart, metering]
inputs:
  silver.metering.interval_fact:
    reach: day
    watches: [expected, received, status, received_at, interval_minutes]
  silver.metering.meter_event:
    reach: to_date(occurred_at + INTERVAL 5 HOURS)
    watches: [meter_id, kind, occurred_at]
columns:
  meter_id: metering.meter
  day: The day, in Karachi
  expected_intervals: Intervals that were to be expected
  read_intervals: Those of them that were read from the meter
  read_success_percent: read_intervals in percent of expected_intervals, rounded to 4 digits; null where none was expected
  read_within_1_hour_percent: Those read within an hour of their end, in percent of expected_intervals, rounded to 4 digits
  latency_mean_seconds: Mean latency of the intervals read, in seconds, rounded to 3 digits; null where none was
  latency_p95_seconds: The latency that 95 percent of them did not exceed (nearest rank), in seconds
  latency_max_seconds: The largest latency, in seconds
  events: All events that the meter reported
  power_down_events: Events of this kind
  power_up_events: Events of this kind
  cover_open_events: Events of this kind
  magnetic_field_events: Events of this kind
  reverse_energy_events: Events of this kind
  low_voltage_events: Events of this kind
  clock_drift_events: Events of this kind
  communication_lost_events: Events of this kind
audits:
  - not_null: [meter_id, day, expected_intervals, read_intervals, events]
  - unique: [meter_id, day]
  - relationship: {column: meter_id, to: gold.dim_meter}
  - name: read_within_the_expected
    rows: SELECT * FROM ${this} WHERE read_intervals > expected_intervals
  - name: received_before_the_interval_ended
    rows: SELECT * FROM ${this} WHERE latency_mean_seconds < 0
    severity: warn
*/
WITH interval AS (
  SELECT
    meter_id,
    day,
    expected,
    CASE
      WHEN expected AND received AND status <> 'estimated'
        THEN unix_micros(received_at) - unix_micros(read_at) - interval_minutes * 60000000L
    END AS latency
  FROM ${ref('silver.metering.interval_fact')}
),
part AS (
  SELECT
    meter_id,
    day,
    count_if(expected) AS expected,
    count(latency) AS read,
    count_if(latency <= 3600000000L) AS within_1_hour,
    sum(latency) AS latency,
    -- null where nothing was read; element_at takes an index of null for one of -1, where code is generated
    get(sort_array(collect_list(latency)), CAST((95 * count(latency) + 99) div 100 AS INT) - 1) AS latency_p95,
    max(latency) AS latency_max,
    0L AS events,
    0L AS power_down,
    0L AS power_up,
    0L AS cover_open,
    0L AS magnetic_field,
    0L AS reverse_energy,
    0L AS low_voltage,
    0L AS clock_drift,
    0L AS communication_lost
  FROM interval
  GROUP BY meter_id, day
  UNION ALL
  SELECT
    meter_id,
    to_date(occurred_at + INTERVAL 5 HOURS),
    0L,
    0L,
    0L,
    NULL,
    NULL,
    NULL,
    count(*),
    count_if(kind = 'power_down'),
    count_if(kind = 'power_up'),
    count_if(kind = 'cover_open'),
    count_if(kind = 'magnetic_field'),
    count_if(kind = 'reverse_energy'),
    count_if(kind = 'low_voltage'),
    count_if(kind = 'clock_drift'),
    count_if(kind = 'communication_lost')
  FROM ${ref('silver.metering.meter_event')}
  GROUP BY meter_id, to_date(occurred_at + INTERVAL 5 HOURS)
)
SELECT
  meter_id,
  day,
  sum(expected) AS expected_intervals,
  sum(read) AS read_intervals,
  CAST(CAST(sum(read) AS DECIMAL(9, 0)) * 100 / nullif(CAST(sum(expected) AS DECIMAL(9, 0)), 0) AS DECIMAL(9, 4))
    AS read_success_percent,
  CAST(CAST(sum(within_1_hour) AS DECIMAL(9, 0)) * 100 / nullif(CAST(sum(expected) AS DECIMAL(9, 0)), 0) AS DECIMAL(9, 4))
    AS read_within_1_hour_percent,
  CAST(
    CAST(max(latency) AS DECIMAL(20, 0)) / nullif(CAST(sum(read) * 1000000L AS DECIMAL(14, 0)), 0)
    AS DECIMAL(18, 3)) AS latency_mean_seconds,
  CAST(CAST(max(latency_p95) AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(18, 6)) AS latency_p95_seconds,
  CAST(CAST(max(latency_max) AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(18, 6)) AS latency_max_seconds,
  sum(events) AS events,
  sum(power_down) AS power_down_events,
  sum(power_up) AS power_up_events,
  sum(cover_open) AS cover_open_events,
  sum(magnetic_field) AS magnetic_field_events,
  sum(reverse_energy) AS reverse_energy_events,
  sum(low_voltage) AS low_voltage_events,
  sum(clock_drift) AS clock_drift_events,
  sum(communication_lost) AS communication_lost_events
FROM part
GROUP BY meter_id, day
