/*
description: >-
  How complete and how sound the intervals of a meter were on a day: what was expected, received, estimated and
  edited, and which rules fired. Counts over silver.metering.interval_fact.
materialized: touched_partitions
unique_key: [meter_id, day]
partition_by: day
tags: [mart, metering]
inputs:
  silver.metering.interval_fact: {reach: day}
columns:
  meter_id: metering.meter
  day: The day, in Karachi
  kind: Of the meter, consumer, pmt or feeder
  expected_intervals: Intervals that were to be expected
  received_intervals: Those of them that were received
  missing_intervals: Intervals that were to be expected and not received
  head_end_estimates: Received intervals whose value the head-end estimated
  corrected_intervals: Received intervals whose value was corrected later
  edited_intervals: Received intervals whose value is not believed (negative or spike)
  estimated_intervals: Missing and edited intervals that were estimated
  unestimated_intervals: Missing and edited intervals for which nothing could stand in
  negative_intervals: Received intervals with a negative value
  spike_intervals: Received intervals far above the meter's own history
  frozen_intervals: Received intervals with the same value thrice in a row or oftener
  unexpected_intervals: Received intervals that were not to be expected, and sound otherwise
  coverage_percent: received_intervals in percent of expected_intervals, rounded to 4 digits; null where none was expected
  raw_kwh: Sum of what was received, in kWh; null where nothing was
  final_kwh: Sum after validation, estimation and editing, in kWh; null where nothing is known
audits:
  - not_null: [meter_id, day, kind, expected_intervals, received_intervals]
  - unique: [meter_id, day]
  - relationship: {column: meter_id, to: gold.dim_meter}
  - name: received_and_missing_are_what_was_expected
    rows: SELECT * FROM ${this} WHERE received_intervals + missing_intervals <> expected_intervals
  - name: nothing_received_of_a_meter_for_a_day
    rows: SELECT * FROM ${this} WHERE expected_intervals > 0 AND received_intervals = 0
    severity: warn
*/
SELECT
  meter_id,
  day,
  kind,
  count_if(expected) AS expected_intervals,
  count_if(expected AND received) AS received_intervals,
  count_if(rule = 'gap') AS missing_intervals,
  count_if(status = 'estimated') AS head_end_estimates,
  count_if(status = 'corrected') AS corrected_intervals,
  count_if(rule IN ('negative', 'spike')) AS edited_intervals,
  count_if(method <> 'none') AS estimated_intervals,
  count_if(method = 'none') AS unestimated_intervals,
  count_if(rule = 'negative') AS negative_intervals,
  count_if(rule = 'spike') AS spike_intervals,
  count_if(rule = 'frozen') AS frozen_intervals,
  count_if(rule = 'unexpected') AS unexpected_intervals,
  CAST(
    CAST(count_if(expected AND received) AS DECIMAL(9, 0)) * 100
      / nullif(CAST(count_if(expected) AS DECIMAL(9, 0)), 0)
    AS DECIMAL(9, 4)) AS coverage_percent,
  CAST(sum(raw_kwh) AS DECIMAL(30, 18)) AS raw_kwh,
  CAST(sum(final_kwh) AS DECIMAL(30, 18)) AS final_kwh
FROM ${ref('silver.metering.interval_fact')}
-- the kind is the meter's
GROUP BY meter_id, day, kind
