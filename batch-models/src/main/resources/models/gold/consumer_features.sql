/*
description: >-
  What was known of a consumer at the end of a month in which a bill was issued to it: one row to learn from, and nothing
  of the months after. Bills count from the day of their issue, payments from the instant they were made, events from the
  instant the head-end had them, places as they were at the month's end. Of what is corrected or cancelled later the lake
  knows no former date, so it restates the row: read it at the tag of the run that was published then. The load that a
  consumer may draw is left out, since the source keeps no history of it; so is that of its service point, which is as now.
materialized: touched_partitions
unique_key: [consumer_id, month]
partition_by: month
tags: [features]
inputs:
  silver.billing.bill:
    reach: {from: "CAST(trunc(issued_on, 'MM') AS DATE)"}
    watches: [consumer_id, issued_on, due_on, period_from, period_to, units_kwh, amount_rs, "status = 'cancelled'"]
  silver.billing.payment:
    reach: {from: "CAST(trunc(to_date(paid_at + INTERVAL 5 HOURS), 'MM') AS DATE)"}
    watches: [bill_id, paid_at, amount_rs]
  silver.billing.consumer:
    reach: {from: "CAST(trunc(connected_on, 'MM') AS DATE)"}
    watches: [service_point_id]
  silver.network.service_point_supply:
    reach:
      from: >-
        CAST(trunc(to_date(
          CASE WHEN _old.pmt_id = _new.pmt_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END
            + INTERVAL 5 HOURS), 'MM') AS DATE)
      to: CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [pmt_id, valid_to]
  silver.metering.pmt_meter_day:
    reach: CAST(trunc(day, 'MM') AS DATE)
  silver.metering.meter_event:
    reach:
      from: CAST(trunc(to_date(occurred_at + INTERVAL 5 HOURS), 'MM') AS DATE)
      to: add_months(CAST(trunc(to_date(occurred_at + INTERVAL 5 HOURS), 'MM') AS DATE), 5)
    watches: [meter_id, occurred_at, received_at, "kind IN ('cover_open', 'magnetic_field', 'reverse_energy')"]
  # meters without intervals report nothing
  silver.metering.meter_place:
    reach:
      from: >-
        CASE WHEN NOT ami THEN DATE '9999-12-31' ELSE
        CAST(trunc(to_date(
          CASE WHEN _old.ami = _new.ami AND _old.service_point_id = _new.service_point_id
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS), 'MM') AS DATE) END
      to: >-
        CASE WHEN ami THEN add_months(CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE), 5)
             ELSE DATE '0001-01-01' END
    watches: [ami, service_point_id, valid_to]
columns:
  consumer_id: billing.consumer
  month: First day of the month; the row is of its end
  daily_kwh: Units per day of the cycle of the last bill issued in the month, in kWh, rounded to 6 digits
  month_before_daily_kwh: The same of the month before; null where none was issued
  year_before_daily_kwh: The same of the month a year before; null where none was issued
  mean_6_daily_kwh: The mean of the same over the six months before, in kWh, rounded to 6 digits; null where none was issued
  months_known: Months of the twelve before in which a bill was issued
  overdue_bills: Bills that were due by the month's end and not wholly paid
  overdue_rs: What was unpaid of bills that were due by the month's end, in Rs; an overpaid bill counts negative
  pmt_id: network.pmt that supplied it at the month's end; null where none did
  neighbours: Other consumers of that PMT to whom a bill was issued in the month; null where there is no PMT
  neighbour_daily_kwh: Their mean daily_kwh, rounded to 6 digits; null where there are none
  pmt_daily_kwh: Energy by the PMT's own meter per day of the month on which it was read, in kWh, rounded to 6 digits
  residual_percent: What daily_kwh of all its consumers is below pmt_daily_kwh, in percent of it, rounded to 4 digits
  tamper_events: Covers opened, magnetic fields and reversed energy that its meters reported in the month
  tamper_events_6: The same in the month and the five before
audits:
  - not_null: [consumer_id, month, daily_kwh, months_known, overdue_bills, tamper_events, tamper_events_6]
  - unique: [consumer_id, month]
  - relationship: {column: consumer_id, to: gold.dim_consumer}
*/
WITH bill AS (
  SELECT
    bill_id,
    consumer_id,
    CAST(trunc(issued_on, 'MM') AS DATE) AS month,
    due_on,
    period_to,
    amount_rs,
    CAST(
      CAST(units_kwh AS DECIMAL(20, 10)) / CAST(datediff(period_to, period_from) AS DECIMAL(6, 0))
      AS DECIMAL(16, 6)) AS daily_kwh
  FROM ${ref('silver.billing.bill')}
  WHERE status <> 'cancelled'
),
drawn AS (
  SELECT
    consumer_id,
    month,
    max_by(daily_kwh, struct(period_to, bill_id)) AS daily_kwh,
    CAST(add_months(month, 1) AS TIMESTAMP) - INTERVAL 5 HOURS AS ends_at
  FROM bill
  GROUP BY consumer_id, month
),
-- what is owed for a bill, and what is paid of it: from the month on in which the bill is both issued and due
owed AS (
  SELECT bill_id, consumer_id, greatest(month, CAST(trunc(due_on, 'MM') AS DATE)) AS month, amount_rs
  FROM bill
  -- greatest() passes over null
  WHERE due_on IS NOT NULL
),
moved AS (
  SELECT bill_id, consumer_id, month, amount_rs FROM owed
  UNION ALL
  SELECT
    o.bill_id,
    o.consumer_id,
    greatest(o.month, CAST(trunc(to_date(p.paid_at + INTERVAL 5 HOURS), 'MM') AS DATE)),
    -p.amount_rs
  FROM owed o
  JOIN ${ref('silver.billing.payment')} p
    ON p.bill_id = o.bill_id
    AND p.paid_at IS NOT NULL
),
unpaid AS (
  SELECT
    consumer_id,
    month,
    change_rs,
    sum(change_rs) OVER (PARTITION BY consumer_id, bill_id ORDER BY month) AS unpaid_rs
  FROM (
    SELECT consumer_id, bill_id, month, sum(amount_rs) AS change_rs
    FROM moved
    GROUP BY consumer_id, bill_id, month
  )
),
-- months in which a bill was issued, and those in which only arrears changed
known AS (
  SELECT
    consumer_id,
    month,
    12 * year(month) + month(month) AS month_number,
    max(daily_kwh) AS daily_kwh,
    sum(change_rs) AS change_rs,
    sum(change_bills) AS change_bills
  FROM (
    SELECT consumer_id, month, daily_kwh, 0 AS change_rs, 0 AS change_bills FROM drawn
    UNION ALL
    SELECT
      consumer_id,
      month,
      NULL,
      change_rs,
      CAST(unpaid_rs > 0 AS INT) - CAST(unpaid_rs - change_rs > 0 AS INT)
    FROM unpaid
  )
  GROUP BY consumer_id, month
),
-- sums that go on from month to month: to look back from each month on its own takes longer with each year
history AS (
  SELECT
    consumer_id,
    month,
    max(daily_kwh) OVER (
      PARTITION BY consumer_id ORDER BY month_number RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING) AS month_before_daily_kwh,
    max(daily_kwh) OVER (
      PARTITION BY consumer_id ORDER BY month_number RANGE BETWEEN 12 PRECEDING AND 12 PRECEDING) AS year_before_daily_kwh,
    CAST(
      sum(daily_kwh) OVER (
        PARTITION BY consumer_id ORDER BY month_number RANGE BETWEEN 6 PRECEDING AND 1 PRECEDING)
        / CAST(
          count(daily_kwh) OVER (
            PARTITION BY consumer_id ORDER BY month_number RANGE BETWEEN 6 PRECEDING AND 1 PRECEDING)
          AS DECIMAL(3, 0))
      AS DECIMAL(16, 6)) AS mean_6_daily_kwh,
    count(daily_kwh) OVER (
      PARTITION BY consumer_id ORDER BY month_number RANGE BETWEEN 12 PRECEDING AND 1 PRECEDING) AS months_known,
    sum(change_bills) OVER (PARTITION BY consumer_id ORDER BY month_number) AS overdue_bills,
    CAST(sum(change_rs) OVER (PARTITION BY consumer_id ORDER BY month_number) AS DECIMAL(20, 2)) AS overdue_rs
  FROM known
),
placed AS (
  SELECT
    d.consumer_id,
    d.month,
    d.ends_at,
    d.daily_kwh,
    c.service_point_id,
    s.pmt_id
  FROM drawn d
  LEFT JOIN ${ref('silver.billing.consumer')} c
    ON c.consumer_id = d.consumer_id
  LEFT JOIN ${ref('silver.network.service_point_supply')} s
    ON s.service_point_id = c.service_point_id
    AND s.valid_from < d.ends_at
    AND (s.valid_to IS NULL OR s.valid_to >= d.ends_at)
),
beside AS (
  SELECT
    *,
    CASE WHEN pmt_id IS NOT NULL THEN count(*) OVER (PARTITION BY month, pmt_id) - 1 END AS neighbours,
    CASE WHEN pmt_id IS NOT NULL THEN sum(daily_kwh) OVER (PARTITION BY month, pmt_id) END AS together_kwh
  FROM placed
),
delivered AS (
  SELECT
    CAST(trunc(day, 'MM') AS DATE) AS month,
    pmt_id,
    CAST(
      CAST(sum(energy_kwh) AS DECIMAL(28, 12)) / CAST(count(DISTINCT day) AS DECIMAL(3, 0))
      AS DECIMAL(16, 6)) AS pmt_daily_kwh
  FROM ${ref('silver.metering.pmt_meter_day')}
  WHERE part = 'pmt'
  GROUP BY CAST(trunc(day, 'MM') AS DATE), pmt_id
),
tampered AS (
  SELECT
    b.consumer_id,
    b.month,
    count_if(e.occurred_at >= CAST(b.month AS TIMESTAMP) - INTERVAL 5 HOURS) AS tamper_events,
    count(*) AS tamper_events_6
  FROM beside b
  JOIN ${ref('silver.metering.meter_place')} p
    ON p.service_point_id = b.service_point_id
    AND p.ami
  JOIN ${ref('silver.metering.meter_event')} e
    ON e.meter_id = p.meter_id
    AND e.kind IN ('cover_open', 'magnetic_field', 'reverse_energy')
    AND e.occurred_at >= p.valid_from
    AND (p.valid_to IS NULL OR e.occurred_at < p.valid_to)
    AND e.occurred_at >= CAST(add_months(b.month, -5) AS TIMESTAMP) - INTERVAL 5 HOURS
    AND e.occurred_at < b.ends_at
    AND e.received_at < b.ends_at
  GROUP BY b.consumer_id, b.month
)
SELECT
  b.consumer_id,
  b.month,
  b.daily_kwh,
  h.month_before_daily_kwh,
  h.year_before_daily_kwh,
  h.mean_6_daily_kwh,
  h.months_known,
  h.overdue_bills,
  h.overdue_rs,
  b.pmt_id,
  b.neighbours,
  CAST(
    (b.together_kwh - b.daily_kwh) / CAST(nullif(b.neighbours, 0) AS DECIMAL(9, 0))
    AS DECIMAL(16, 6)) AS neighbour_daily_kwh,
  l.pmt_daily_kwh,
  CAST(
    (l.pmt_daily_kwh - CAST(b.together_kwh AS DECIMAL(16, 6))) * 100 / nullif(l.pmt_daily_kwh, 0)
    AS DECIMAL(18, 4)) AS residual_percent,
  coalesce(t.tamper_events, 0L) AS tamper_events,
  coalesce(t.tamper_events_6, 0L) AS tamper_events_6
FROM beside b
JOIN history h
  ON h.consumer_id = b.consumer_id
  AND h.month = b.month
LEFT JOIN delivered l
  ON l.pmt_id = b.pmt_id
  AND l.month = b.month
LEFT JOIN tampered t
  ON t.consumer_id = b.consumer_id
  AND t.month = b.month
