-- each bill of a category that the consumer's units forbid
SELECT bill_id, s.status_check, p.verdict AS planted
FROM (FROM gold.slab_migration WHERE status_check IN ('denied', 'granted')) s
FULL JOIN (FROM planted.billing_error WHERE verdict IN ('denied', 'granted')) p USING (bill_id)
WHERE s.status_check IS DISTINCT FROM p.verdict
