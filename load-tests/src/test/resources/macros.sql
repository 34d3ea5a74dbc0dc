CREATE MACRO day_of(instant) AS CAST(instant + INTERVAL 5 HOURS AS DATE);
CREATE MACRO month_of(day) AS CAST(date_trunc('month', day) AS DATE);
-- numerator / denominator, whole numbers, rounded half away from zero once; null where the denominator is 0
CREATE MACRO half_up(numerator, denominator) AS
  CASE WHEN denominator <> 0 THEN
    sign(CAST(numerator AS HUGEINT)) * sign(CAST(denominator AS HUGEINT))
      * ((2 * abs(CAST(numerator AS HUGEINT)) + abs(CAST(denominator AS HUGEINT))) // (2 * abs(CAST(denominator AS HUGEINT))))
  END;
-- a decimal in units of its 18th digit
CREATE MACRO units18(d) AS CAST(replace(CAST(CAST(d AS DECIMAL(38, 18)) AS VARCHAR), '.', '') AS HUGEINT);
CREATE MACRO percent4(part, whole) AS
  CAST(half_up(CAST(part AS HUGEINT) * 1000000, CAST(whole AS HUGEINT)) AS DECIMAL(28, 0)) * 0.0001;
CREATE MACRO ends_of(valid_to) AS coalesce(valid_to, TIMESTAMP 'infinity');
