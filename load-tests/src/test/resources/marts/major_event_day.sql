WITH daily AS (
  SELECT day, year(day + INTERVAL 6 MONTHS) AS fiscal_year, count(*) AS fault_interruptions,
    sum(consumers)::HUGEINT AS consumers_interrupted, sum(consumers::HUGEINT * micros) AS micros,
    (SELECT count(*) FROM billing.consumer c
     WHERE c.connected_on <= e.day AND (c.disconnected_on IS NULL OR e.day < c.disconnected_on)) AS consumers_served
  FROM interruption_effect e WHERE kind = 'fault' GROUP BY day),
saidi AS (
  SELECT *, CAST(half_up(micros * 1000, consumers_served::HUGEINT * 60) AS DECIMAL(28, 0)) * 0.000000001 AS saidi_minutes
  FROM daily),
logged AS (
  SELECT *, CASE WHEN saidi_minutes > 0 THEN CAST(round(ln(CAST(saidi_minutes AS DOUBLE)) * 1e9) AS HUGEINT) END AS x
  FROM saidi),
base AS (
  SELECT y.fiscal_year, count(l.x) AS n, sum(l.x) AS total, sum(l.x * l.x) AS squares
  FROM (SELECT DISTINCT fiscal_year FROM logged) y
  LEFT JOIN logged l ON l.fiscal_year BETWEEN y.fiscal_year - 5 AND y.fiscal_year - 1
  GROUP BY y.fiscal_year),
measures AS (
  SELECT fiscal_year, n,
    CASE WHEN n >= 30 THEN CAST(half_up(total, n) AS DECIMAL(18, 0)) * 0.000000001 END AS alpha,
    CASE WHEN n >= 30
      THEN CAST(sqrt(CAST(n * squares - total * total AS DOUBLE) / (n * (n - 1))) / 1e9 AS DECIMAL(18, 9)) END AS beta
  FROM base),
threshold AS (
  SELECT *, CAST(exp(CAST(alpha AS DOUBLE) + 2.5 * CAST(beta AS DOUBLE)) AS DECIMAL(18, 6)) AS t FROM measures)
SELECT l.day, l.fiscal_year, l.consumers_served, l.fault_interruptions, l.consumers_interrupted,
  CAST(half_up(l.micros, 60) AS DECIMAL(28, 0)) * 0.000001 AS consumer_minutes,
  l.saidi_minutes,
  CAST(l.x AS DECIMAL(18, 0)) * 0.000000001 AS ln_saidi,
  t.n AS base_days, t.alpha, t.beta, t.t AS threshold_minutes, l.saidi_minutes > t.t AS major_event
FROM logged l JOIN threshold t USING (fiscal_year)
