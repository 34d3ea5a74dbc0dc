-- each cycle that is too long or too short, with what it cost to the paisa
SELECT bill_id, b.cycle_days, p.days AS planted_days, b.excess_rs, p.excess_paisa * 0.01 AS planted_rs
FROM gold.bill_cycle_audit b
FULL JOIN planted.odd_cycle p USING (bill_id)
WHERE (b.cycle <> 'allowed') IS DISTINCT FROM (p.bill_id IS NOT NULL)
  OR b.excess_rs * 100 IS DISTINCT FROM coalesce(p.excess_paisa, 0)
  OR b.cycle_days <> p.days
