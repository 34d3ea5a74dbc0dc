/*
description: >-
  Each consumer and month with a bill that is not cancelled: the slab that its units reached, how it moved against the
  month before, and whether the units of six months in a row make the home protected, as its tariff says or not.
materialized: touched_partitions
unique_key: [consumer_id, month]
partition_by: month
tags: [mart, revenue]
inputs:
  # a bill is looked back at for six months
  silver.billing.bill:
    reach: {from: bill_month, to: "add_months(bill_month, 5)"}
    watches: [consumer_id, bill_month, units_kwh, tariff_code, tariff_effective_from, status = 'cancelled']
  silver.billing.tariff:
    reach: {from: null}
    watches: [tariff_class, time_of_use]
  silver.billing.tariff_slab:
    reach: {from: null}
    watches: [from_units]
columns:
  consumer_id: billing.consumer
  month: First day of the bill's month
  bill_id: billing.bill
  tariff_code: Code of the bill's tariff
  tariff_class: lifeline, protected, unprotected, commercial or industrial
  units_kwh: Units of the bill, in kWh
  slab_from_units: Units above which the slab begins that they reached, in kWh
  previous_tariff_code: tariff_code of the bill of the month before; null where there is none
  previous_tariff_class: tariff_class of it
  previous_slab_from_units: slab_from_units of it, in kWh
  slab_move: up, down or same, by slab_from_units; null where there is no bill of the month before
  class_changed: Whether tariff_class differs; null where there is no bill of the month before
  months_known: Bills of the six months that end with this one
  most_units_kwh: The most units of one of them, in kWh
  protected_by_units: Whether none of six months exceeds the protected units; null where a month is not known
  status_check: >-
    Of domestic tariffs without time of use: denied (protected by units, billed unprotected), granted (the other way),
    unknown or agrees
audits:
  - not_null: [consumer_id, month, bill_id, units_kwh, tariff_class, slab_from_units]
  - unique: [consumer_id, month]
  - relationship: {column: consumer_id, to: gold.dim_consumer}
  - accepted_values: {column: status_check, values: [denied, granted, unknown, agrees]}
  - name: six_months_at_most
    rows: SELECT * FROM ${this} WHERE NOT months_known BETWEEN 1 AND 6
  - name: protection_denied_or_granted
    rows: SELECT * FROM ${this} WHERE status_check IN ('denied', 'granted')
    severity: warn
*/
-- a tariff with its slabs in one row: few enough to be sent to every task
WITH tariff AS (
  SELECT
    t.tariff_code,
    t.effective_from,
    max(t.tariff_class) AS tariff_class,
    max(t.time_of_use) AS time_of_use,
    array_sort(collect_list(s.from_units)) AS from_units
  FROM ${ref('silver.billing.tariff')} t
  JOIN ${ref('silver.billing.tariff_slab')} s
    ON s.tariff_code = t.tariff_code
    AND s.effective_from = t.effective_from
  GROUP BY t.tariff_code, t.effective_from
),
bill AS (
  SELECT
    b.consumer_id,
    b.bill_month,
    b.bill_id,
    b.units_kwh,
    b.tariff_code,
    t.tariff_class,
    t.tariff_class IN ('lifeline', 'protected', 'unprotected') AND NOT t.time_of_use AS by_units,
    coalesce(array_max(filter(t.from_units, f -> f < b.units_kwh)), t.from_units[0]) AS slab_from_units
  FROM ${ref('silver.billing.bill')} b
  JOIN tariff t
    ON t.tariff_code = b.tariff_code
    AND t.effective_from = b.tariff_effective_from
  WHERE b.status <> 'cancelled'
),
-- each bill in its month and the five after: a condition on the month leaves the rest out before they are sorted
seen AS (
  SELECT
    consumer_id,
    add_months(bill_month, later) AS month,
    later,
    units_kwh,
    CASE WHEN later < 2 THEN named_struct(
      'bill_id', bill_id,
      'units_kwh', units_kwh,
      'tariff_code', tariff_code,
      'tariff_class', tariff_class,
      'by_units', by_units,
      'slab_from_units', slab_from_units)
    END AS bill
  FROM bill
  LATERAL VIEW explode(array(0, 1, 2, 3, 4, 5)) AS later
),
month AS (
  SELECT
    consumer_id,
    month,
    max(CASE WHEN later = 0 THEN bill END) AS present,
    max(CASE WHEN later = 1 THEN bill END) AS previous,
    count(*) AS months_known,
    max(units_kwh) AS most_units_kwh
  FROM seen
  GROUP BY consumer_id, month
),
judged AS (
  SELECT
    m.*,
    CASE
      WHEN m.most_units_kwh > r.protected_most_units_kwh THEN FALSE
      WHEN m.months_known = 6 THEN TRUE
    END AS protected_by_units
  FROM month m
  JOIN ${ref('silver.reference.billing_rule')} r
    ON m.month >= r.effective_from
    AND (r.effective_to IS NULL OR m.month < r.effective_to)
  WHERE m.present IS NOT NULL
)
SELECT
  consumer_id,
  month,
  present.bill_id,
  present.tariff_code,
  present.tariff_class,
  present.units_kwh,
  present.slab_from_units,
  previous.tariff_code AS previous_tariff_code,
  previous.tariff_class AS previous_tariff_class,
  previous.slab_from_units AS previous_slab_from_units,
  CASE
    WHEN present.slab_from_units > previous.slab_from_units THEN 'up'
    WHEN present.slab_from_units < previous.slab_from_units THEN 'down'
    WHEN present.slab_from_units = previous.slab_from_units THEN 'same'
  END AS slab_move,
  present.tariff_class <> previous.tariff_class AS class_changed,
  CAST(months_known AS INT) AS months_known,
  most_units_kwh,
  protected_by_units,
  CASE
    WHEN NOT present.by_units THEN NULL
    WHEN protected_by_units IS NULL THEN 'unknown'
    WHEN protected_by_units AND present.tariff_class = 'unprotected' THEN 'denied'
    WHEN NOT protected_by_units AND present.tariff_class <> 'unprotected' THEN 'granted'
    ELSE 'agrees'
  END AS status_check
FROM judged
