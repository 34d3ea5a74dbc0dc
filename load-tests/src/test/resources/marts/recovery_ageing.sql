WITH billed AS (
  SELECT b.bill_id, t.tariff_class, c.ibc_id, b.amount_rs, b.due_on, month_of(b.issued_on) AS month
  FROM billing.bill b
  JOIN billing.consumer c USING (consumer_id)
  JOIN billing.tariff t ON t.tariff_code = b.tariff_code AND t.effective_from = b.tariff_effective_from
  WHERE b.status <> 'cancelled'),
paid AS (
  SELECT b.bill_id, b.tariff_class, b.ibc_id, p.amount_rs, greatest(b.month, month_of(day_of(p.paid_at))) AS month
  FROM billing.payment p JOIN billed b USING (bill_id)),
months AS (SELECT month FROM billed UNION SELECT month FROM paid),
receivable AS (
  SELECT m.month, b.bill_id, b.tariff_class, b.ibc_id, date_diff('day', b.due_on, last_day(m.month)) AS age,
    b.amount_rs
      - coalesce((SELECT sum(p.amount_rs) FROM paid p WHERE p.bill_id = b.bill_id AND p.month <= m.month), 0) AS rs
  FROM months m JOIN billed b ON b.month <= m.month),
rows AS (
  SELECT month, tariff_class, ibc_id FROM billed
  UNION SELECT month, tariff_class, ibc_id FROM paid
  UNION SELECT month, tariff_class, ibc_id FROM receivable WHERE rs <> 0),
b AS (SELECT month, tariff_class, ibc_id, count(*) AS n, sum(amount_rs) AS rs FROM billed GROUP BY ALL),
p AS (SELECT month, tariff_class, ibc_id, sum(amount_rs) AS rs FROM paid GROUP BY ALL),
r AS (
  SELECT month, tariff_class, ibc_id, sum(rs) AS rs,
    sum(rs) FILTER (age < 0) AS a0,
    sum(rs) FILTER (age BETWEEN 0 AND 30) AS a1,
    sum(rs) FILTER (age BETWEEN 31 AND 60) AS a2,
    sum(rs) FILTER (age BETWEEN 61 AND 90) AS a3,
    sum(rs) FILTER (age BETWEEN 91 AND 180) AS a4,
    sum(rs) FILTER (age BETWEEN 181 AND 365) AS a5,
    sum(rs) FILTER (age > 365) AS a6
  FROM receivable GROUP BY ALL)
SELECT rows.month, rows.tariff_class, rows.ibc_id,
  coalesce(b.n, 0) AS bills_issued,
  coalesce(b.rs, 0) AS billed_rs,
  coalesce(p.rs, 0) AS collected_rs,
  CAST(half_up(CAST(coalesce(p.rs, 0) * 100 AS HUGEINT) * 1000000, CAST(coalesce(b.rs, 0) * 100 AS HUGEINT))
    AS DECIMAL(28, 0)) * 0.0001 AS recovery_percent,
  coalesce(r.rs, 0) AS receivable_rs,
  coalesce(a0, 0) AS not_due_rs,
  coalesce(a1, 0) AS due_0_30_rs,
  coalesce(a2, 0) AS due_31_60_rs,
  coalesce(a3, 0) AS due_61_90_rs,
  coalesce(a4, 0) AS due_91_180_rs,
  coalesce(a5, 0) AS due_181_365_rs,
  coalesce(a6, 0) AS due_over_365_rs
FROM rows
LEFT JOIN b USING (month, tariff_class, ibc_id)
LEFT JOIN p USING (month, tariff_class, ibc_id)
LEFT JOIN r USING (month, tariff_class, ibc_id)
