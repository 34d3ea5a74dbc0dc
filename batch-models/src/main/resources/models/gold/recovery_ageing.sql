/*
description: >-
  What was billed and collected in a month, and what was still receivable at its end, by tariff class and IBC, for
  each month in which anything was billed or collected.
  A bill is billed in the month of its issue; a payment is collected in the month (Karachi) in which it was made, but
  not before the month of its bill's issue.
  The receivable of a bill is its amount less its payments up to the month's end; its age counts from the last day
  to pay. Cancelled bills count for nothing. A bill's class is that of its tariff as of its notification, its IBC
  that of its consumer now. Adjustments are left out: they are a keyless table, which is not captured.
materialized: touched_partitions
unique_key: [month, tariff_class, ibc_id]
partition_by: month
tags: [mart, revenue]
inputs:
  # an amount stays receivable through all later months
  silver.billing.bill:
    reach: {from: "CAST(trunc(issued_on, 'MM') AS DATE)"}
    watches:
      [consumer_id, tariff_code, tariff_effective_from, amount_rs, issued_on, due_on, "status = 'cancelled'"]
  silver.billing.payment:
    reach: {from: "CAST(trunc(to_date(paid_at + INTERVAL 5 HOURS), 'MM') AS DATE)"}
    watches: [bill_id, paid_at, amount_rs]
  silver.billing.consumer:
    reach: {from: "CAST(trunc(connected_on, 'MM') AS DATE)"}
    watches: [ibc_id]
  silver.billing.tariff:
    reach: {from: "CAST(trunc(effective_from, 'MM') AS DATE)"}
    watches: [tariff_class]
columns:
  month: First day of the month
  tariff_class: lifeline, protected, unprotected, commercial or industrial
  ibc_id: billing.ibc
  bills_issued: Bills issued in the month
  billed_rs: Their amounts, in Rs
  collected_rs: Payments made in the month, for whichever bill, in Rs
  recovery_percent: collected_rs in percent of billed_rs, rounded to 4 digits; null where nothing was billed
  receivable_rs: What was receivable at the month's end, in Rs; an overpaid bill counts negative
  not_due_rs: The part of it that was not due yet, in Rs
  due_0_30_rs: The part that was due for 0 to 30 days, in Rs
  due_31_60_rs: The part that was due for 31 to 60 days, in Rs
  due_61_90_rs: The part that was due for 61 to 90 days, in Rs
  due_91_180_rs: The part that was due for 91 to 180 days, in Rs
  due_181_365_rs: The part that was due for 181 to 365 days, in Rs
  due_over_365_rs: The part that was due for more than 365 days, in Rs
restates: [billed_rs, collected_rs, receivable_rs]
audits:
  - not_null: [month, tariff_class, ibc_id, billed_rs, collected_rs, receivable_rs]
  - unique: [month, tariff_class, ibc_id]
  - relationship: {column: ibc_id, to: gold.dim_ibc}
  - name: receivable_is_what_was_billed_and_not_collected
    rows: >-
      SELECT m.month, m.tariff_class, m.ibc_id
      FROM ${this} m
      JOIN ${this} e ON e.tariff_class = m.tariff_class AND e.ibc_id = m.ibc_id AND e.month <= m.month
      GROUP BY m.month, m.tariff_class, m.ibc_id, m.receivable_rs
      HAVING m.receivable_rs <> sum(e.billed_rs - e.collected_rs)
*/
WITH bill AS (
  SELECT
    b.bill_id,
    t.tariff_class,
    c.ibc_id,
    b.amount_rs,
    CAST(trunc(b.issued_on, 'MM') AS DATE) AS issue_month,
    b.due_on
  FROM ${ref('silver.billing.bill')} b
  JOIN ${ref('silver.billing.consumer')} c
    ON c.consumer_id = b.consumer_id
  JOIN ${ref('silver.billing.tariff')} t
    ON t.tariff_code = b.tariff_code
    AND t.effective_from = b.tariff_effective_from
  WHERE b.status <> 'cancelled'
),
-- what changes a bill's receivable, by month
movement AS (
  SELECT
    bill_id,
    tariff_class,
    ibc_id,
    due_on,
    month,
    CAST(sum(billed_rs) AS DECIMAL(20, 2)) AS billed_rs,
    CAST(sum(collected_rs) AS DECIMAL(20, 2)) AS collected_rs,
    sum(bills) AS bills
  FROM (
    SELECT
      bill_id,
      tariff_class,
      ibc_id,
      due_on,
      issue_month AS month,
      amount_rs AS billed_rs,
      CAST(0 AS DECIMAL(14, 2)) AS collected_rs,
      1L AS bills
    FROM bill
    UNION ALL
    SELECT
      b.bill_id,
      b.tariff_class,
      b.ibc_id,
      b.due_on,
      greatest(b.issue_month, CAST(trunc(to_date(p.paid_at + INTERVAL 5 HOURS), 'MM') AS DATE)),
      CAST(0 AS DECIMAL(14, 2)),
      p.amount_rs,
      0L
    FROM ${ref('silver.billing.payment')} p
    JOIN bill b
      ON b.bill_id = p.bill_id
  )
  GROUP BY bill_id, tariff_class, ibc_id, due_on, month
),
-- the balance after each of these months, until the next
balance AS (
  SELECT
    tariff_class,
    ibc_id,
    due_on,
    month AS from_month,
    lead(month) OVER (PARTITION BY bill_id ORDER BY month) AS next_month,
    CAST(
      sum(billed_rs - collected_rs)
        OVER (PARTITION BY bill_id ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS DECIMAL(20, 2)) AS receivable_rs,
    (SELECT collect_set(month) FROM movement) AS months
  FROM movement
),
receivable AS (
  SELECT
    month,
    tariff_class,
    ibc_id,
    receivable_rs,
    datediff(last_day(month), due_on) AS days_due
  FROM (
    SELECT
      tariff_class,
      ibc_id,
      due_on,
      receivable_rs,
      explode(filter(months, m -> m >= from_month AND (next_month IS NULL OR m < next_month))) AS month
    FROM balance
    WHERE receivable_rs <> 0
  )
),
entry AS (
  SELECT
    month,
    tariff_class,
    ibc_id,
    bills,
    billed_rs,
    collected_rs,
    CAST(0 AS DECIMAL(20, 2)) AS receivable_rs,
    CAST(NULL AS INT) AS days_due
  FROM movement
  UNION ALL
  SELECT
    month,
    tariff_class,
    ibc_id,
    0L,
    CAST(0 AS DECIMAL(20, 2)),
    CAST(0 AS DECIMAL(20, 2)),
    receivable_rs,
    days_due
  FROM receivable
)
SELECT
  month,
  tariff_class,
  ibc_id,
  sum(bills) AS bills_issued,
  CAST(sum(billed_rs) AS DECIMAL(20, 2)) AS billed_rs,
  CAST(sum(collected_rs) AS DECIMAL(20, 2)) AS collected_rs,
  CAST(
    CASE WHEN sum(billed_rs) <> 0
      THEN CAST(sum(collected_rs) AS DECIMAL(20, 2)) * 100 / CAST(sum(billed_rs) AS DECIMAL(20, 2))
    END
    AS DECIMAL(18, 4)) AS recovery_percent,
  CAST(sum(receivable_rs) AS DECIMAL(20, 2)) AS receivable_rs,
  CAST(coalesce(sum(CASE WHEN days_due < 0 THEN receivable_rs END), 0) AS DECIMAL(20, 2)) AS not_due_rs,
  CAST(coalesce(sum(CASE WHEN days_due BETWEEN 0 AND 30 THEN receivable_rs END), 0) AS DECIMAL(20, 2)) AS due_0_30_rs,
  CAST(coalesce(sum(CASE WHEN days_due BETWEEN 31 AND 60 THEN receivable_rs END), 0) AS DECIMAL(20, 2)) AS due_31_60_rs,
  CAST(coalesce(sum(CASE WHEN days_due BETWEEN 61 AND 90 THEN receivable_rs END), 0) AS DECIMAL(20, 2)) AS due_61_90_rs,
  CAST(coalesce(sum(CASE WHEN days_due BETWEEN 91 AND 180 THEN receivable_rs END), 0) AS DECIMAL(20, 2))
    AS due_91_180_rs,
  CAST(coalesce(sum(CASE WHEN days_due BETWEEN 181 AND 365 THEN receivable_rs END), 0) AS DECIMAL(20, 2))
    AS due_181_365_rs,
  CAST(coalesce(sum(CASE WHEN days_due > 365 THEN receivable_rs END), 0) AS DECIMAL(20, 2)) AS due_over_365_rs
FROM entry
GROUP BY month, tariff_class, ibc_id
