-- From docs/marts-revenue.md alone.
WITH valid AS (
  SELECT
    b.consumer_id,
    b.bill_month AS month,
    b.bill_id,
    b.tariff_code,
    b.units_kwh,
    t.tariff_class,
    t.time_of_use,
    coalesce(
      (SELECT max(s.from_units) FROM billing.tariff_slab s
       WHERE s.tariff_code = b.tariff_code AND s.effective_from = b.tariff_effective_from AND s.from_units < b.units_kwh),
      (SELECT min(s.from_units) FROM billing.tariff_slab s
       WHERE s.tariff_code = b.tariff_code AND s.effective_from = b.tariff_effective_from)) AS slab_from_units
  FROM billing.bill b
  JOIN billing.tariff t
    ON t.tariff_code = b.tariff_code AND t.effective_from = b.tariff_effective_from
  WHERE b.status <> 'cancelled'
),
six AS (
  SELECT v.bill_id, count(*) AS months_known, max(w.units_kwh) AS most_units_kwh
  FROM valid v
  JOIN valid w
    ON w.consumer_id = v.consumer_id
    AND w.month <= v.month
    AND w.month >= v.month - INTERVAL 5 MONTHS
  GROUP BY v.bill_id
),
judged AS (
  SELECT
    bill_id,
    months_known,
    most_units_kwh,
    -- the rule of 2000-01-01: 200 units
    CASE WHEN most_units_kwh > 200 THEN false WHEN months_known = 6 THEN true END AS protected_by_units
  FROM six
)
SELECT
  v.consumer_id,
  v.month,
  v.bill_id,
  v.tariff_code,
  v.units_kwh,
  v.tariff_class,
  v.slab_from_units,
  p.tariff_code AS previous_tariff_code,
  p.tariff_class AS previous_tariff_class,
  p.slab_from_units AS previous_slab_from_units,
  CASE
    WHEN v.slab_from_units > p.slab_from_units THEN 'up'
    WHEN v.slab_from_units < p.slab_from_units THEN 'down'
    WHEN v.slab_from_units = p.slab_from_units THEN 'same'
  END AS slab_move,
  CASE WHEN p.bill_id IS NOT NULL THEN v.tariff_class <> p.tariff_class END AS class_changed,
  j.months_known,
  j.most_units_kwh,
  j.protected_by_units,
  CASE
    WHEN v.time_of_use OR v.tariff_class NOT IN ('lifeline', 'protected', 'unprotected') THEN NULL
    WHEN j.protected_by_units IS NULL THEN 'unknown'
    WHEN j.protected_by_units AND v.tariff_class = 'unprotected' THEN 'denied'
    WHEN NOT j.protected_by_units AND v.tariff_class IN ('lifeline', 'protected') THEN 'granted'
    ELSE 'agrees'
  END AS status_check
FROM valid v
JOIN judged j
  ON j.bill_id = v.bill_id
LEFT JOIN valid p
  ON p.consumer_id = v.consumer_id
  AND p.month = v.month - INTERVAL 1 MONTH
