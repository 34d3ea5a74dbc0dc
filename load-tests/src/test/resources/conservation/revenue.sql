-- what the company billed, collected and has still to get is one figure, wherever it is added up
WITH bill AS (FROM billing.bill WHERE status <> 'cancelled'),
totals AS (
  SELECT 'billed' AS what, 'bills' AS source, sum(amount_rs) AS total FROM bill
  UNION ALL SELECT 'billed', 'atc_loss by feeder', sum(billed_rs) FROM gold.atc_loss WHERE level = 'feeder'
  UNION ALL SELECT 'billed', 'atc_loss by IBC', sum(billed_rs) FROM gold.atc_loss WHERE level = 'ibc'
  UNION ALL SELECT 'billed', 'recovery_ageing', sum(billed_rs) FROM gold.recovery_ageing
  UNION ALL SELECT 'billed', 'shadow_bill', sum(issued_amount_rs) FROM gold.shadow_bill
  UNION ALL SELECT 'units', 'bills', sum(units_kwh) FROM bill
  UNION ALL SELECT 'units', 'atc_loss by feeder', sum(billed_kwh) FROM gold.atc_loss WHERE level = 'feeder'
  UNION ALL SELECT 'units', 'slab_migration', sum(units_kwh) FROM gold.slab_migration
  UNION ALL SELECT 'units', 'bill_cycle_audit', sum(units_kwh) FROM gold.bill_cycle_audit
  UNION ALL SELECT 'collected', 'payments', sum(p.amount_rs) FROM billing.payment p SEMI JOIN bill USING (bill_id)
  UNION ALL SELECT 'collected', 'atc_loss by feeder', sum(collected_rs) FROM gold.atc_loss WHERE level = 'feeder'
  UNION ALL SELECT 'collected', 'atc_loss by IBC', sum(collected_rs) FROM gold.atc_loss WHERE level = 'ibc'
  UNION ALL SELECT 'collected', 'recovery_ageing', sum(collected_rs) FROM gold.recovery_ageing
  UNION ALL SELECT 'receivable', 'bills less payments',
    sum(amount_rs) - (SELECT sum(p.amount_rs) FROM billing.payment p SEMI JOIN bill USING (bill_id)) FROM bill
  UNION ALL SELECT 'receivable', 'recovery_ageing at its end', sum(receivable_rs) FROM gold.recovery_ageing
    WHERE month = (SELECT max(month) FROM gold.recovery_ageing)
  UNION ALL SELECT 'receivable', 'its ages',
    sum(not_due_rs + due_0_30_rs + due_31_60_rs + due_61_90_rs + due_91_180_rs + due_181_365_rs + due_over_365_rs)
    FROM gold.recovery_ageing WHERE month = (SELECT max(month) FROM gold.recovery_ageing))
SELECT what, source, total, min(total) OVER (PARTITION BY what) AS least
FROM totals
QUALIFY min(total) OVER (PARTITION BY what) IS DISTINCT FROM max(total) OVER (PARTITION BY what) OR total IS NULL
