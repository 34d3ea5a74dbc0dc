-- each event of tampering, in the months that have a bill
SELECT consumer_id, month, s.tamper_events, p.events AS planted
FROM gold.theft_suspicion s
LEFT JOIN planted.tamper_events p USING (consumer_id, month)
WHERE s.tamper_events <> coalesce(p.events, 0)
