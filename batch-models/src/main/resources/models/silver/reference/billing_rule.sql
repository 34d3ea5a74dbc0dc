/*
description: >-
  What bills are judged by that stands in no source, dated: a new notification is a new row, and ends the one before.
  The days are ours, a month of the calendar and the month that slabs are meant for, until the regulator's own
  are entered; the units are those of the protected category.
materialized: full
unique_key: [effective_from]
tags: [reference]
columns:
  effective_from: First day on which it is valid
  effective_to: First day on which it is no longer valid; null while it is
  fewest_days: Fewest days that a bill's cycle may have
  most_days: Most days that a bill's cycle may have
  standard_days: Days of the month that the slabs are meant for
  protected_most_units_kwh: Most units of each of six months in a row that leave a home protected, in kWh
audits:
  - not_null: [effective_from, fewest_days, most_days, standard_days, protected_most_units_kwh]
  - unique: [effective_from]
*/
SELECT
  effective_from,
  effective_to,
  fewest_days,
  most_days,
  standard_days,
  protected_most_units_kwh
FROM VALUES
  (DATE '2000-01-01', CAST(NULL AS DATE), 28, 31, 30, 200)
  AS rule (effective_from, effective_to, fewest_days, most_days, standard_days, protected_most_units_kwh)
