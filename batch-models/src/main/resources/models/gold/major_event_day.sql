/*
description: >-
  How hard faults hit on each day on which any began, and whether it was a major event day after IEEE 1366: its SAIDI is
  above T_MED = exp(alpha + 2.5 beta), alpha and beta the mean and the standard deviation of ln(SAIDI) over the days of
  the five fiscal years before (1 July to 30 June), days without minutes left out. Faults count whole on the day on which
  they began, however short; planned work and load-shedding do not. Below 30 such days no threshold is said (ours).
materialized: touched_partitions
unique_key: [day]
partition_by: fiscal_year
tags: [mart, reliability]
inputs:
  # a day counts in its fiscal year, and in the threshold of the five after it
  silver.network.interruption_effect:
    reach:
      from: CASE WHEN kind = 'fault' THEN year(add_months(day, 6)) ELSE 9999 END
      to: CASE WHEN kind = 'fault' THEN year(add_months(day, 6)) + 5 ELSE 0 END
    watches: [kind, day, consumers, micros]
  silver.billing.consumer:
    reach:
      from: >-
        year(add_months(
          CASE WHEN _old.connected_on = _new.connected_on
               THEN least(_old.disconnected_on, _new.disconnected_on) ELSE connected_on END, 6))
      to: year(add_months(disconnected_on, 6)) + 5
    watches: [connected_on, disconnected_on]
columns:
  day: The day, in Karachi
  fiscal_year: The year in which its fiscal year ends
  consumers_served: Consumers connected on the day
  fault_interruptions: Faults that began on the day
  consumers_interrupted: Sum over them of the consumers interrupted
  consumer_minutes: Sum over them of consumers x minutes, in minutes, rounded to 6 digits
  saidi_minutes: Minutes off by them per consumer served, rounded to 9 digits; null where nobody was served
  ln_saidi: Natural logarithm of saidi_minutes, rounded to 9 digits; null unless that is above 0
  base_days: Days with an ln_saidi in the five fiscal years before
  alpha: Mean of their ln_saidi, rounded to 9 digits; null below 30 days
  beta: Standard deviation of their ln_saidi (of a sample), rounded to 9 digits; null below 30 days
  threshold_minutes: T_MED of the fiscal year in minutes, rounded to 6 digits; null below 30 days
  major_event: Whether saidi_minutes is above threshold_minutes; null where one of them is
restates: [saidi_minutes, major_event]
audits:
  - not_null: [day, fiscal_year, consumers_served, consumer_minutes]
  - unique: [day]
  - name: more_interrupted_than_minutes_allow
    rows: SELECT * FROM ${this} WHERE consumer_minutes > 0 AND consumers_interrupted = 0
*/
WITH fault AS (
  SELECT
    day,
    count(*) AS interruptions,
    sum(consumers) AS consumers,
    CAST(sum(CAST(consumers AS DECIMAL(12, 0)) * CAST(micros AS DECIMAL(18, 0))) AS DECIMAL(22, 0)) AS consumer_micros
  FROM ${ref('silver.network.interruption_effect')}
  WHERE kind = 'fault'
  GROUP BY day
),
-- by the days on which the number changes: far fewer than consumers
joined AS (
  SELECT day, sum(change) AS change
  FROM (
    SELECT connected_on AS day, 1L AS change
    FROM ${ref('silver.billing.consumer')}
    WHERE disconnected_on IS NULL OR disconnected_on > connected_on
    UNION ALL
    SELECT disconnected_on, -1L
    FROM ${ref('silver.billing.consumer')}
    WHERE disconnected_on > connected_on
  )
  GROUP BY day
),
served AS (
  SELECT f.day, sum(j.change) AS consumers
  FROM fault f
  JOIN joined j
    ON j.day <= f.day
  GROUP BY f.day
),
daily AS (
  SELECT
    f.day,
    year(add_months(f.day, 6)) AS fiscal_year,
    coalesce(s.consumers, 0L) AS consumers_served,
    f.interruptions,
    f.consumers,
    f.consumer_micros,
    -- whole numbers, half of the divisor added: the exact quotient is rounded once
    CAST(
      CAST((f.consumer_micros * 200 + s.consumers * 6) div nullif(s.consumers * 12, 0L) AS DECIMAL(18, 0)) / 1000000000
      AS DECIMAL(18, 9)) AS saidi_minutes
  FROM fault f
  LEFT JOIN served s
    ON s.day = f.day
),
measured AS (
  SELECT
    *,
    CASE WHEN saidi_minutes > 0 THEN CAST(ln(CAST(saidi_minutes AS DOUBLE)) AS DECIMAL(12, 9)) END AS ln_saidi
  FROM daily
),
-- decimals, whose sums do not depend on the order of adding
yearly AS (
  SELECT
    fiscal_year,
    count(ln_saidi) AS days,
    CAST(sum(ln_saidi) AS DECIMAL(16, 9)) AS total,
    CAST(sum(CAST(ln_saidi * ln_saidi AS DECIMAL(22, 18))) AS DECIMAL(26, 18)) AS squares
  FROM measured
  GROUP BY fiscal_year
),
based AS (
  SELECT
    y.fiscal_year,
    coalesce(sum(b.days), 0L) AS days,
    CAST(sum(b.total) AS DECIMAL(16, 9)) AS total,
    CAST(sum(b.squares) AS DECIMAL(26, 18)) AS squares
  FROM (SELECT DISTINCT fiscal_year FROM yearly) y
  LEFT JOIN yearly b
    ON b.fiscal_year BETWEEN y.fiscal_year - 5 AND y.fiscal_year - 1
  GROUP BY y.fiscal_year
),
shaped AS (
  SELECT
    fiscal_year,
    days,
    CASE WHEN days >= 30 THEN CAST(total / CAST(days AS DECIMAL(6, 0)) AS DECIMAL(12, 9)) END AS alpha,
    CASE WHEN days >= 30
      THEN CAST(
        sqrt(
          CAST(squares * CAST(days AS DECIMAL(6, 0)) - CAST(total * total AS DECIMAL(32, 18)) AS DOUBLE)
            / CAST(days * (days - 1) AS DOUBLE))
        AS DECIMAL(12, 9))
    END AS beta
  FROM based
),
limited AS (
  SELECT
    *,
    CAST(exp(CAST(alpha + beta * 2.5 AS DOUBLE)) AS DECIMAL(24, 6)) AS threshold_minutes
  FROM shaped
)
SELECT
  m.day,
  m.fiscal_year,
  m.consumers_served,
  m.interruptions AS fault_interruptions,
  m.consumers AS consumers_interrupted,
  CAST(CAST((m.consumer_micros + 30) div 60 AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(24, 6)) AS consumer_minutes,
  m.saidi_minutes,
  m.ln_saidi,
  l.days AS base_days,
  l.alpha,
  l.beta,
  l.threshold_minutes,
  m.saidi_minutes > l.threshold_minutes AS major_event
FROM measured m
JOIN limited l
  ON l.fiscal_year = m.fiscal_year
