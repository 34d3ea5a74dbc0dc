-- each interruption: whom it cut, and for how many minutes
SELECT interruption_id, e.consumers, p.consumers AS planted_consumers, e.micros, p.minutes AS planted_minutes
FROM lake.interruption_effect e
FULL JOIN planted.interruption_effect p USING (interruption_id)
WHERE e.consumers IS DISTINCT FROM p.consumers OR e.micros IS DISTINCT FROM p.minutes * 60000000
  OR e.month <> p.month OR e.kind <> p.kind OR e.feeder_id <> p.feeder_id
