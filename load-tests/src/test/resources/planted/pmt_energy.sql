-- what each PMT lost in a month of which all registers are known: in the transformer, by theft, by wrong records. Not to the
-- watt-hour: what was estimated may be wrong, and a register's energy is spread evenly over a month of uneven days
SELECT pmt_id, month, l.pmt_kwh, l.loss_kwh,
  (p.technical_wh + p.stolen_wh + p.misplaced_wh) * 0.001 AS planted_loss_kwh, l.register_kwh, l.pmt_estimated_kwh
FROM (FROM gold.pmt_loss WHERE unread_meters = 0) l
LEFT JOIN planted.pmt_energy p USING (pmt_id, month)
WHERE coalesce(abs(l.loss_kwh - planted_loss_kwh) > l.pmt_kwh * 0.01 + l.register_kwh * 0.05, true)
