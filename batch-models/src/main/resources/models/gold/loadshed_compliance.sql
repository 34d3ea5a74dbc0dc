/*
description: >-
  The published hours without supply of a feeder and day against those that came, with the feeder's loss category and
  how many consumers were cut although they pay. Only load-shedding of whole feeders counts; one that goes on has no
  minutes yet. A consumer pays if the bill of two months before was due and paid in full before the month.
materialized: touched_partitions
unique_key: [feeder_id, day]
partition_by: month
tags: [mart, reliability]
inputs:
  silver.network.loadshed_schedule:
    reach: CAST(trunc(day, 'MM') AS DATE)
  # into the next month, if it went on over midnight
  silver.network.interruption_effect:
    reach:
      from: CASE WHEN kind = 'loadshed' AND pmt_id IS NULL THEN month ELSE DATE '9999-12-31' END
      to: >-
        CASE WHEN kind = 'loadshed' AND pmt_id IS NULL
             THEN CAST(trunc(to_date(coalesce(restored_at, started_at) + INTERVAL 5 HOURS), 'MM') AS DATE)
             ELSE DATE '0001-01-01' END
    watches: [feeder_id, pmt_id, kind, started_at, restored_at, consumers]
  silver.network.service_point_supply:
    reach:
      from: >-
        CAST(trunc(to_date(CASE WHEN _old.feeder_id = _new.feeder_id
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS), 'MM') AS DATE)
      to: CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [feeder_id, valid_to]
  silver.billing.consumer:
    reach:
      from: >-
        CAST(trunc(
          CASE WHEN _old.service_point_id = _new.service_point_id AND _old.connected_on = _new.connected_on
               THEN least(_old.disconnected_on, _new.disconnected_on) ELSE connected_on END, 'MM') AS DATE)
      to: CAST(trunc(disconnected_on, 'MM') AS DATE)
    watches: [service_point_id, connected_on, disconnected_on]
  silver.billing.bill:
    reach: add_months(bill_month, 2)
    watches: [consumer_id, bill_month, amount_rs, due_on, "status = 'cancelled'"]
  # it says whether its bill was paid before the month, not which month that is: one of those after it
  silver.billing.payment:
    reach: {from: "add_months(CAST(trunc(to_date(paid_at + INTERVAL 5 HOURS), 'MM') AS DATE), 1)"}
    watches: [bill_id, paid_at, amount_rs]
  gold.atc_loss:
    reach: add_months(month, 1)
    watches: [level, feeder_id, atc_loss_percent]
  silver.reference.loss_category:
    reach: {from: null}
columns:
  feeder_id: network.feeder
  day: The day, in Karachi
  month: First day of its month
  scheduled_minutes: Minutes without supply that were published
  actual_minutes: Minutes for which load was shed
  kept_minutes: Minutes that were both
  unscheduled_minutes: Minutes for which load was shed that were not published
  spared_minutes: Minutes that were published and for which no load was shed
  compliance_percent: kept_minutes in percent of the minutes that were either, rounded to 4 digits; 100 is as published
  interruptions: Times that load-shedding began on the day
  consumers_cut: Sum over them of the consumers cut
  paying_consumers_cut: Those of them who pay
  atc_loss_percent: AT&C loss of the feeder in the month before; null where it is not known
  loss_category: low, medium, high or very high by atc_loss_percent; null where that is
audits:
  - not_null: [feeder_id, day, month, scheduled_minutes, actual_minutes, kept_minutes]
  - unique: [feeder_id, day]
  - relationship: {column: feeder_id, to: gold.dim_feeder}
  - accepted_values: {column: loss_category, values: [low, medium, high, very high]}
  - name: kept_is_part_of_both
    rows: SELECT * FROM ${this} WHERE kept_minutes > least(scheduled_minutes, actual_minutes)
  - name: more_payers_than_consumers_cut
    rows: SELECT * FROM ${this} WHERE paying_consumers_cut > consumers_cut
*/
WITH shed AS (
  SELECT
    interruption_id,
    feeder_id,
    month,
    day,
    started_at,
    restored_at,
    consumers
  FROM ${ref('silver.network.interruption_effect')}
  WHERE kind = 'loadshed' AND pmt_id IS NULL
),
-- times in microseconds of the day
span AS (
  SELECT
    'scheduled' AS kind,
    feeder_id,
    day,
    CAST(
      (CAST(substring(starts_at, 1, 2) AS INT) * 3600 + CAST(substring(starts_at, 4, 2) AS INT) * 60
        + CAST(substring(starts_at, 7) AS DECIMAL(8, 6))) * 1000000 AS BIGINT) AS from_micro,
    CAST(
      (CAST(substring(ends_at, 1, 2) AS INT) * 3600 + CAST(substring(ends_at, 4, 2) AS INT) * 60
        + CAST(substring(ends_at, 7) AS DECIMAL(8, 6))) * 1000000 AS BIGINT) AS to_micro
  FROM ${ref('silver.network.loadshed_schedule')}
  UNION ALL
  SELECT
    'actual',
    feeder_id,
    day,
    greatest(unix_micros(started_at) - unix_micros(CAST(day AS TIMESTAMP)) + 18000000000L, 0L),
    least(unix_micros(restored_at) - unix_micros(CAST(day AS TIMESTAMP)) + 18000000000L, 86400000000L)
  FROM (
    SELECT
      feeder_id,
      started_at,
      restored_at,
      explode(sequence(day, to_date(restored_at + INTERVAL 5 HOURS - INTERVAL '0.000001' SECOND))) AS day
    FROM shed
    WHERE restored_at IS NOT NULL
  )
),
-- what overlaps counts once: each adds what is beyond those before it
apart AS (
  SELECT
    kind,
    feeder_id,
    day,
    greatest(from_micro, coalesce(reached, 0L)) AS from_micro,
    to_micro
  FROM (
    SELECT
      *,
      max(to_micro) OVER (
        PARTITION BY kind, feeder_id, day
        ORDER BY from_micro, to_micro ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM span
  )
  WHERE reached IS NULL OR to_micro > reached
),
paying AS (
  SELECT b.month, b.consumer_id
  FROM (
    SELECT add_months(bill_month, 2) AS month, bill_id, consumer_id, amount_rs
    FROM ${ref('silver.billing.bill')}
    WHERE status <> 'cancelled' AND due_on < add_months(bill_month, 2)
  ) b
  LEFT JOIN ${ref('silver.billing.payment')} p
    ON p.bill_id = b.bill_id
    AND to_date(p.paid_at + INTERVAL 5 HOURS) < b.month
  GROUP BY b.month, b.bill_id, b.consumer_id, b.amount_rs
  HAVING coalesce(sum(p.amount_rs), 0) >= b.amount_rs
),
cut AS (
  SELECT i.interruption_id, count(*) AS payers
  FROM shed i
  JOIN ${ref('silver.network.service_point_supply')} s
    ON s.feeder_id = i.feeder_id
    AND i.started_at >= s.valid_from
    AND (s.valid_to IS NULL OR i.started_at < s.valid_to)
  JOIN ${ref('silver.billing.consumer')} c
    ON c.service_point_id = s.service_point_id
    AND c.connected_on <= i.day
    AND (c.disconnected_on IS NULL OR i.day < c.disconnected_on)
  JOIN paying p
    ON p.month = i.month
    AND p.consumer_id = c.consumer_id
  GROUP BY i.interruption_id
),
part AS (
  SELECT
    feeder_id,
    day,
    CASE kind WHEN 'scheduled' THEN to_micro - from_micro ELSE 0L END AS scheduled,
    CASE kind WHEN 'actual' THEN to_micro - from_micro ELSE 0L END AS actual,
    0L AS kept,
    0L AS interruptions,
    0L AS consumers,
    0L AS payers
  FROM apart
  UNION ALL
  SELECT
    s.feeder_id,
    s.day,
    0L,
    0L,
    least(s.to_micro, a.to_micro) - greatest(s.from_micro, a.from_micro),
    0L,
    0L,
    0L
  FROM apart s
  JOIN apart a
    ON a.feeder_id = s.feeder_id
    AND a.day = s.day
    AND a.from_micro < s.to_micro
    AND a.to_micro > s.from_micro
  WHERE s.kind = 'scheduled' AND a.kind = 'actual'
  UNION ALL
  SELECT i.feeder_id, i.day, 0L, 0L, 0L, 1L, i.consumers, coalesce(c.payers, 0L)
  FROM shed i
  LEFT JOIN cut c
    ON c.interruption_id = i.interruption_id
),
total AS (
  SELECT
    feeder_id,
    day,
    CAST(trunc(day, 'MM') AS DATE) AS month,
    sum(scheduled) AS scheduled,
    sum(actual) AS actual,
    sum(kept) AS kept,
    sum(interruptions) AS interruptions,
    sum(consumers) AS consumers,
    sum(payers) AS payers
  FROM part
  GROUP BY feeder_id, day
)
SELECT
  t.feeder_id,
  t.day,
  t.month,
  CAST(CAST((t.scheduled + 30) div 60 AS DECIMAL(18, 0)) / 1000000 AS DECIMAL(12, 6)) AS scheduled_minutes,
  CAST(CAST((t.actual + 30) div 60 AS DECIMAL(18, 0)) / 1000000 AS DECIMAL(12, 6)) AS actual_minutes,
  CAST(CAST((t.kept + 30) div 60 AS DECIMAL(18, 0)) / 1000000 AS DECIMAL(12, 6)) AS kept_minutes,
  CAST(CAST((t.actual - t.kept + 30) div 60 AS DECIMAL(18, 0)) / 1000000 AS DECIMAL(12, 6)) AS unscheduled_minutes,
  CAST(CAST((t.scheduled - t.kept + 30) div 60 AS DECIMAL(18, 0)) / 1000000 AS DECIMAL(12, 6)) AS spared_minutes,
  CAST(
    CAST(t.kept AS DECIMAL(12, 0)) * 100 / nullif(CAST(t.scheduled + t.actual - t.kept AS DECIMAL(12, 0)), 0)
    AS DECIMAL(9, 4)) AS compliance_percent,
  t.interruptions,
  t.consumers AS consumers_cut,
  t.payers AS paying_consumers_cut,
  l.atc_loss_percent,
  c.category AS loss_category
FROM total t
LEFT JOIN ${ref('gold.atc_loss')} l
  ON l.month = add_months(t.month, -1)
  AND l.level = 'feeder'
  AND l.feeder_id = t.feeder_id
LEFT JOIN ${ref('silver.reference.loss_category')} c
  ON t.day >= c.effective_from
  AND (c.effective_to IS NULL OR t.day < c.effective_to)
  AND l.atc_loss_percent IS NOT NULL
  AND (c.from_percent IS NULL OR l.atc_loss_percent >= c.from_percent)
  AND (c.to_percent IS NULL OR l.atc_loss_percent < c.to_percent)
