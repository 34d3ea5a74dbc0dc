/*
description: >-
  Technical and commercial loss by feeder and by IBC, in each month in which energy was sent out, billed or paid for.
  A bill counts whole in the month of its period_to, for the feeder that supplied its consumer when that day began; a
  payment for the feeder of its bill, in the month in which it was made but not before its bill's. The IBC is the
  feeder's. Bills end within a month, so compare several. Cancelled bills and their payments count for nothing.
materialized: touched_partitions
unique_key: [month, level, ibc_id, feeder_id]
partition_by: month
tags: [mart, loss, revenue]
inputs:
  gold.feeder_energy_balance:
    reach: CAST(trunc(day, 'MM') AS DATE)
    watches: [sent_out_kwh]
  # its payments are of its month and later ones
  silver.billing.bill:
    reach: {from: "CAST(trunc(period_to, 'MM') AS DATE)"}
    watches: [consumer_id, period_to, units_kwh, amount_rs, status = 'cancelled']
  # one made before its bill's month counts in that one
  silver.billing.payment:
    reach: {from: "CAST(trunc(to_date(paid_at + INTERVAL 5 HOURS), 'MM') AS DATE)"}
    watches: [bill_id, paid_at, amount_rs]
  silver.billing.consumer:
    reach: {from: "CAST(trunc(connected_on, 'MM') AS DATE)"}
    watches: [service_point_id]
  # while a span only ends otherwise, bills before its earlier end stay as they are
  silver.network.service_point_supply:
    reach:
      from: >-
        CAST(trunc(to_date(CASE WHEN _old.feeder_id = _new.feeder_id
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [feeder_id, valid_to]
  silver.network.feeder:
    reach: {from: null}
    watches: [ibc_id]
columns:
  month: First day of the month
  level: feeder, or ibc for all feeders of an IBC together
  ibc_id: billing.ibc
  feeder_id: network.feeder; null at level ibc
  sent_out_kwh: Energy by the meters at the feeder's head, in kWh, rounded to 3 digits; null where none was received
  incomplete_feeders: Feeders whose head was not read on each day of the month
  bills: Bills of the month
  billed_kwh: Their units, in kWh
  billed_rs: Their amounts, in Rs
  collected_rs: Payments of the month, in Rs
  td_loss_percent: >-
    sent_out_kwh less billed_kwh in percent of sent_out_kwh, rounded to 4 digits; null where a feeder is incomplete
  recovery_percent: collected_rs in percent of billed_rs, rounded to 4 digits; null where nothing was billed
  atc_loss_percent: >-
    Aggregate loss, 100 - (100 - td_loss_percent) x recovery_percent / 100, rounded to 4 digits; null where one is
restates: [sent_out_kwh, billed_kwh, billed_rs, collected_rs, atc_loss_percent]
audits:
  - not_null: [month, level, ibc_id, incomplete_feeders, bills, billed_kwh, billed_rs, collected_rs]
  - unique: [month, level, ibc_id, feeder_id]
  - accepted_values: {column: level, values: [feeder, ibc]}
  - relationship: {column: feeder_id, to: gold.dim_feeder}
  - relationship: {column: ibc_id, to: gold.dim_ibc}
  - name: feeders_add_up_to_their_ibc
    rows: >-
      SELECT month, ibc_id FROM ${this} GROUP BY month, ibc_id
      HAVING sum(CASE level WHEN 'ibc' THEN 1 ELSE -1 END * billed_rs) <> 0
      OR sum(CASE level WHEN 'ibc' THEN 1 ELSE -1 END * collected_rs) <> 0
      OR sum(CASE level WHEN 'ibc' THEN 1 ELSE -1 END * billed_kwh) <> 0
      OR sum(CASE level WHEN 'ibc' THEN 1 ELSE -1 END * coalesce(sent_out_kwh, 0)) <> 0
  - name: more_billed_than_sent_out
    rows: SELECT * FROM ${this} WHERE td_loss_percent < 0
    severity: warn
*/
WITH bill AS (
  SELECT
    b.bill_id,
    CAST(trunc(b.period_to, 'MM') AS DATE) AS month,
    s.feeder_id,
    b.units_kwh,
    b.amount_rs
  FROM ${ref('silver.billing.bill')} b
  JOIN ${ref('silver.billing.consumer')} c
    ON c.consumer_id = b.consumer_id
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.service_point_id = c.service_point_id
    AND s.valid_from <= CAST(b.period_to AS TIMESTAMP) - INTERVAL 5 HOURS
    AND (s.valid_to IS NULL OR s.valid_to > CAST(b.period_to AS TIMESTAMP) - INTERVAL 5 HOURS)
  WHERE b.status <> 'cancelled'
),
entry AS (
  SELECT
    CAST(trunc(day, 'MM') AS DATE) AS month,
    feeder_id,
    sent_out_kwh,
    1L AS days,
    0L AS bills,
    CAST(0 AS DECIMAL(10, 0)) AS billed_kwh,
    CAST(0 AS DECIMAL(14, 2)) AS billed_rs,
    CAST(0 AS DECIMAL(14, 2)) AS collected_rs
  FROM ${ref('gold.feeder_energy_balance')}
  WHERE sent_out_kwh IS NOT NULL
  UNION ALL
  SELECT
    month,
    feeder_id,
    NULL,
    0L,
    1L,
    units_kwh,
    amount_rs,
    CAST(0 AS DECIMAL(14, 2))
  FROM bill
  UNION ALL
  SELECT
    greatest(b.month, CAST(trunc(to_date(p.paid_at + INTERVAL 5 HOURS), 'MM') AS DATE)),
    b.feeder_id,
    NULL,
    0L,
    0L,
    CAST(0 AS DECIMAL(10, 0)),
    CAST(0 AS DECIMAL(14, 2)),
    p.amount_rs
  FROM ${ref('silver.billing.payment')} p
  JOIN bill b
    ON b.bill_id = p.bill_id
),
by_feeder AS (
  SELECT
    month,
    feeder_id,
    CAST(sum(sent_out_kwh) AS DECIMAL(18, 3)) AS sent_out_kwh,
    CASE WHEN sum(days) < day(last_day(month)) THEN 1L ELSE 0L END AS incomplete_feeders,
    sum(bills) AS bills,
    sum(billed_kwh) AS billed_kwh,
    sum(billed_rs) AS billed_rs,
    sum(collected_rs) AS collected_rs
  FROM entry
  GROUP BY month, feeder_id
),
by_level AS (
  SELECT
    e.month,
    l.level,
    f.ibc_id,
    CASE WHEN l.level = 'feeder' THEN e.feeder_id END AS feeder_id,
    CAST(sum(e.sent_out_kwh) AS DECIMAL(18, 3)) AS sent_out_kwh,
    sum(e.incomplete_feeders) AS incomplete_feeders,
    sum(e.bills) AS bills,
    CAST(sum(e.billed_kwh) AS DECIMAL(18, 0)) AS billed_kwh,
    CAST(sum(e.billed_rs) AS DECIMAL(20, 2)) AS billed_rs,
    CAST(sum(e.collected_rs) AS DECIMAL(20, 2)) AS collected_rs
  FROM by_feeder e
  JOIN ${ref('silver.network.feeder')} f
    ON f.feeder_id = e.feeder_id
  CROSS JOIN (VALUES ('feeder'), ('ibc')) AS l (level)
  GROUP BY e.month, l.level, f.ibc_id, CASE WHEN l.level = 'feeder' THEN e.feeder_id END
),
-- so few digits before the point that the quotients keep at least 16 behind it
parts AS (
  SELECT
    *,
    CASE
      WHEN incomplete_feeders = 0 AND sent_out_kwh <> 0
        THEN CAST(CAST(sent_out_kwh - billed_kwh AS DECIMAL(18, 3)) * 100 / sent_out_kwh AS DECIMAL(18, 4))
    END AS td_loss_percent,
    CASE
      WHEN billed_rs <> 0
        THEN CAST(CAST(collected_rs AS DECIMAL(18, 2)) * 100 / CAST(billed_rs AS DECIMAL(18, 2)) AS DECIMAL(18, 4))
    END AS recovery_percent
  FROM by_level
)
SELECT
  month,
  level,
  ibc_id,
  feeder_id,
  sent_out_kwh,
  incomplete_feeders,
  bills,
  billed_kwh,
  billed_rs,
  collected_rs,
  td_loss_percent,
  recovery_percent,
  CAST(
    100 - (100 - CAST(td_loss_percent AS DECIMAL(12, 4))) * CAST(recovery_percent AS DECIMAL(12, 4)) * 0.01
    AS DECIMAL(18, 4)) AS atc_loss_percent
FROM parts
