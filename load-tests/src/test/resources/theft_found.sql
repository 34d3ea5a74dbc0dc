-- the bills of the last three months: those of which energy was stolen, those that are suspected, both
WITH bills AS (
  SELECT s.suspected, t.consumer_id IS NOT NULL AS stolen,
    100 - 100 * t.metered_wh / nullif(t.drawn_wh, 0) AS stolen_percent
  FROM gold.theft_suspicion s
  LEFT JOIN planted.theft_month t USING (consumer_id, month)
  WHERE s.month >= (SELECT max(month) - INTERVAL 2 MONTHS FROM gold.theft_suspicion))
SELECT
  count(*) FILTER (WHERE NOT stolen) AS honest,
  count(*) FILTER (WHERE stolen) AS stolen,
  count(*) FILTER (WHERE stolen_percent >= 65) AS plain,
  count(*) FILTER (WHERE suspected) AS suspected,
  count(*) FILTER (WHERE suspected AND stolen) AS found,
  count(*) FILTER (WHERE suspected AND stolen_percent >= 65) AS plain_found
FROM bills
