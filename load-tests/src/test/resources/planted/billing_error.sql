-- each bill that was issued wrongly is told, with what went wrong and to the paisa; of the others it is said that they agree
SELECT bill_id, s.verdict, p.verdict AS planted, s.difference_rs, p.difference_paisa * 0.01 AS planted_rs
FROM gold.shadow_bill s
FULL JOIN (FROM planted.billing_error WHERE verdict NOT IN ('denied', 'granted')) p USING (bill_id)
WHERE s.verdict IS DISTINCT FROM coalesce(p.verdict, 'agrees')
  OR s.difference_rs * 100 IS DISTINCT FROM coalesce(p.difference_paisa, 0)
