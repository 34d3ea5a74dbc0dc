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
history AS (
  SELECT
    d.consumer_id,
    d.month,
    max(CASE WHEN h.month = add_months(d.month, -1) THEN h.daily_kwh END) AS month_before_daily_kwh,
    max(CASE WHEN h.month = add_months(d.month, -12) THEN h.daily_kwh END) AS year_before_daily_kwh,
    CAST(
      sum(CASE WHEN h.month >= add_months(d.month, -6) THEN h.daily_kwh END)
        / CAST(count_if(h.month >= add_months(d.month, -6)) AS DECIMAL(3, 0))
      AS DECIMAL(16, 6)) AS mean_6_daily_kwh,
    count(*) AS months_known
  FROM drawn d
  JOIN drawn h
    ON h.consumer_id = d.consumer_id
    AND h.month >= add_months(d.month, -12)
    AND h.month < d.month
  GROUP BY d.consumer_id, d.month
),
due AS (
  SELECT
    d.consumer_id,
    d.month,
    d.ends_at,
    b.bill_id,
    b.amount_rs
  FROM drawn d
  JOIN bill b
    ON b.consumer_id = d.consumer_id
    AND b.month <= d.month
    AND b.due_on <= last_day(d.month)
),
paid AS (
  SELECT
    d.month,
    d.bill_id,
    sum(p.amount_rs) AS paid_rs
  FROM due d
  JOIN ${ref('silver.billing.payment')} p
    ON p.bill_id = d.bill_id
    AND p.paid_at < d.ends_at
  GROUP BY d.month, d.bill_id
),
arrears AS (
  SELECT
    d.consumer_id,
    d.month,
    count_if(d.amount_rs > coalesce(p.paid_rs, 0)) AS overdue_bills,
    CAST(sum(d.amount_rs - coalesce(p.paid_rs, 0)) AS DECIMAL(20, 2)) AS overdue_rs
  FROM due d
  LEFT JOIN paid p
    ON p.month = d.month
    AND p.bill_id = d.bill_id
  GROUP BY d.consumer_id, d.month
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
  coalesce(h.months_known, 0L) AS months_known,
  coalesce(a.overdue_bills, 0L) AS overdue_bills,
  coalesce(a.overdue_rs, CAST(0 AS DECIMAL(20, 2))) AS overdue_rs,
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
LEFT JOIN history h
  ON h.consumer_id = b.consumer_id
  AND h.month = b.month
LEFT JOIN arrears a
  ON a.consumer_id = b.consumer_id
  AND a.month = b.month
LEFT JOIN delivered l
  ON l.pmt_id = b.pmt_id
  AND l.month = b.month
LEFT JOIN tampered t
  ON t.consumer_id = b.consumer_id
  AND t.month = b.month
