/*
description: Each bill with the register of its meter on the two days that it names
materialized: merge_by_key
unique_key: [meter_id, bill_id]
reach_by: meter_id
tags: [billing]
inputs:
  silver.billing.bill: {reach: meter_id, watches: [meter_id, consumer_id, period_from, period_to]}
  silver.metering.register_reading: {reach: meter_id, watches: [register_kwh, peak_register_kwh]}
columns:
  meter_id: metering.meter
  bill_id: billing.bill
  consumer_id: billing.consumer
  register_from_kwh: Register on the bill's period_from, in kWh; null where it was not read
  register_to_kwh: Register on its period_to, in kWh; null where it was not read
  peak_register_from_kwh: Peak register on period_from, in kWh; null without time of use
  peak_register_to_kwh: Peak register on period_to, in kWh; null without time of use
audits:
  - not_null: [meter_id, bill_id, consumer_id]
  - unique: [meter_id, bill_id]
*/
SELECT
  b.meter_id,
  b.bill_id,
  b.consumer_id,
  f.register_kwh AS register_from_kwh,
  t.register_kwh AS register_to_kwh,
  f.peak_register_kwh AS peak_register_from_kwh,
  t.peak_register_kwh AS peak_register_to_kwh
FROM ${ref('silver.billing.bill')} b
LEFT JOIN ${ref('silver.metering.register_reading')} f
  ON f.meter_id = b.meter_id
  AND f.read_on = b.period_from
LEFT JOIN ${ref('silver.metering.register_reading')} t
  ON t.meter_id = b.meter_id
  AND t.read_on = b.period_to
