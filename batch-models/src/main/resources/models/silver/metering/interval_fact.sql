/*
description: >-
  Intervals after validation, estimation and editing (VEE): each that was received or was to be expected from a meter
  where it hung. What was received is kept beside the final value, with the rule that fired and how it was estimated.
  Expected is each slot of an AMI meter up to the latest interval of the day of any meter. See docs/marts-network.md.
  Ours are: a spike is above ten times the largest value of the day a week before, and above 1 kW; holes of up to two
  hours are interpolated.
materialized: touched_partitions
unique_key: [meter_id, read_at]
partition_by: day
tags: [metering]
inputs:
  # a week later it may be what is compared with, and what stands in
  silver.metering.interval_reading:
    reach: [to_date(read_at + INTERVAL 5 HOURS), "date_add(to_date(read_at + INTERVAL 5 HOURS), 7)"]
    watches: [energy_kwh, reactive_kvarh, received_at, status]
  # a meter without intervals reaches no day; while a span only ends otherwise, the days before its earlier end stay
  silver.metering.meter_place:
    reach:
      from: >-
        CASE WHEN NOT ami THEN DATE '9999-12-31' ELSE
        to_date(CASE WHEN named_struct('a', _old.ami, 'm', _old.interval_minutes, 'k', _old.kind, 'h', _old.phases,
                                       's', _old.service_point_id, 'p', _old.pmt_id, 'f', _old.feeder_id)
                <=> named_struct('a', _new.ami, 'm', _new.interval_minutes, 'k', _new.kind, 'h', _new.phases,
                                 's', _new.service_point_id, 'p', _new.pmt_id, 'f', _new.feeder_id)
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS) END
      to: CASE WHEN ami THEN to_date(valid_to + INTERVAL 5 HOURS) ELSE DATE '0001-01-01' END
columns:
  meter_id: metering.meter
  read_at: The instant at which the interval begins
  day: Its day, in Karachi
  interval_minutes: Length of the interval in minutes
  kind: Of the meter, consumer, pmt or feeder
  service_point_id: network.service_point where the meter hung, for a consumer's meter
  pmt_id: network.pmt where it hung, for a PMT's meter
  feeder_id: network.feeder where it hung, for a meter at a feeder's head
  expected: Whether it was to be expected
  received: Whether a reading was received
  status: measured, estimated (by the head-end) or corrected; null where none was received
  received_at: When the head-end had it; null where none was received
  reactive_kvarh: Reactive energy in kvarh; null where it was not measured
  raw_kwh: Active energy as received, in kWh; null where none was received
  rule: The rule that fired, gap, negative, spike, frozen or unexpected; null where none did
  method: How final_kwh was estimated, interpolation, like_day, class_profile or none; null where it was not
  final_kwh: Active energy to count with, in kWh; null where it could not be estimated
audits:
  - not_null: [meter_id, read_at, day, interval_minutes, kind, expected, received]
  # with the day, which is that of the interval, only days that were written need to be looked at
  - unique: [meter_id, read_at, day]
  - name: day_of_another_interval
    rows: SELECT * FROM ${this} WHERE day <> to_date(read_at + INTERVAL 5 HOURS)
  - accepted_values: {column: rule, values: [gap, negative, spike, frozen, unexpected]}
  - accepted_values: {column: method, values: [interpolation, like_day, class_profile, none]}
  - name: estimated_below_zero
    rows: SELECT * FROM ${this} WHERE final_kwh < 0
*/
WITH reading AS (
  SELECT
    meter_id,
    read_at,
    to_date(read_at + INTERVAL 5 HOURS) AS day,
    pmod(unix_micros(read_at) + 18000000000L, 86400000000L) AS micro_of_day,
    energy_kwh,
    reactive_kvarh,
    received_at,
    status
  FROM ${ref('silver.metering.interval_reading')}
),
located AS (
  SELECT
    r.*,
    p.ami,
    p.interval_minutes,
    p.kind,
    p.phases,
    p.service_point_id,
    p.pmt_id,
    p.feeder_id,
    coalesce(
      r.micro_of_day % (p.interval_minutes * 60000000L) = 0
        AND r.micro_of_day div (p.interval_minutes * 60000000L) < 1440 div p.interval_minutes,
      false) AS expected
  FROM reading r
  LEFT JOIN ${ref('silver.metering.meter_place')} p
    ON p.meter_id = r.meter_id
    AND p.ami
    AND r.read_at >= p.valid_from
    AND (p.valid_to IS NULL OR r.read_at < p.valid_to)
),
placed AS (
  SELECT * FROM located
  WHERE ami AND interval_minutes IS NOT NULL
),
tally AS (
  SELECT
    meter_id,
    day,
    count_if(expected AND energy_kwh IS NOT NULL) AS received,
    count_if(energy_kwh IS NULL OR energy_kwh < 0) AS unsound,
    max(energy_kwh) AS largest_kwh,
    max(read_at) AS last_read_at,
    min(interval_minutes) AS interval_minutes
  FROM located
  GROUP BY meter_id, day
  -- true of all, and of each column: what is the same wherever it stands, Spark reads and adds up once
  HAVING received + unsound >= 0
    AND last_read_at IS NOT NULL
    AND coalesce(largest_kwh, 0) > -1000000
    AND coalesce(interval_minutes, 0) > -1000000
),
-- what is expected of a meter at a place on a day: the slots from the first to the last
span AS (
  SELECT
    *,
    greatest(0L, (unix_micros(valid_from) - begins_at + micros - 1) div micros) AS first_slot,
    -- least() passes over null, which means: without end
    least(
      1440L div interval_minutes - 1,
      (unix_micros(last_read_at) - begins_at) div micros,
      (unix_micros(valid_to) - begins_at - 1) div micros) AS last_slot
  FROM (
    SELECT
      d.day,
      d.last_read_at,
      unix_micros(d.from_at) AS begins_at,
      p.interval_minutes * 60000000L AS micros,
      p.*
    FROM (
      SELECT
        day,
        max(last_read_at) AS last_read_at,
        CAST(day AS TIMESTAMP) - INTERVAL 5 HOURS AS from_at,
        CAST(date_add(day, 1) AS TIMESTAMP) - INTERVAL 5 HOURS AS to_at
      FROM tally
      GROUP BY day
    ) d
    JOIN ${ref('silver.metering.meter_place')} p
      ON p.ami
      AND p.interval_minutes IS NOT NULL
      AND p.valid_from < d.to_at
      AND (p.valid_to IS NULL OR p.valid_to > d.from_at)
  )
),
-- days of meters on which there may be a hole, by each of the rules below that make one. Only of them slots are laid
-- out, and the week before is looked at: on all others what was received is all there is to say
suspect AS (
  SELECT meter_id, day
  FROM (
    SELECT
      meter_id,
      day,
      greatest(last_slot - first_slot + 1, 0L) AS slots,
      0L AS received,
      0L AS unsound,
      NULL AS largest_kwh,
      NULL AS like_max_kwh,
      NULL AS interval_minutes
    FROM span
    UNION ALL
    SELECT meter_id, day, 0L, received, unsound, largest_kwh, NULL, interval_minutes FROM tally
    UNION ALL
    SELECT meter_id, date_add(day, 7), 0L, 0L, 0L, NULL, largest_kwh, NULL FROM tally
  )
  GROUP BY meter_id, day
  HAVING sum(slots) > sum(received)
    OR sum(unsound) > 0
    OR (max(like_max_kwh) > 0
      AND max(largest_kwh) > 10 * max(like_max_kwh)
      AND max(largest_kwh) * 60 > min(interval_minutes))
),
slot AS (
  SELECT *, timestamp_micros(begins_at + k * micros) AS read_at
  FROM (
    SELECT s.*, explode(sequence(s.first_slot, s.last_slot)) AS k
    FROM span s
    JOIN suspect t
      ON t.meter_id = s.meter_id
      AND t.day = s.day
    WHERE s.first_slot <= s.last_slot
  )
),
week_before AS (
  SELECT
    meter_id,
    date_add(day, 7) AS day,
    read_at + INTERVAL 168 HOURS AS read_at,
    energy_kwh
  FROM reading
),
-- what is known of an interval in structs: Spark copies their bytes from window to window, and would make a number of 24
-- digits an object each time
entry AS (
  SELECT
    meter_id,
    day,
    read_at,
    struct(interval_minutes, kind, phases, service_point_id, pmt_id, feeder_id) AS place,
    true AS expected,
    NULL AS reading,
    NULL AS week_ago
  FROM slot
  UNION ALL
  SELECT
    meter_id,
    day,
    read_at,
    struct(interval_minutes, kind, phases, service_point_id, pmt_id, feeder_id),
    expected,
    struct(energy_kwh, reactive_kvarh, received_at, status),
    NULL
  FROM placed
  UNION ALL
  SELECT
    w.meter_id,
    w.day,
    w.read_at,
    NULL,
    false,
    NULL,
    struct(w.energy_kwh)
  FROM week_before w
  JOIN suspect t
    ON t.meter_id = w.meter_id
    AND t.day = w.day
),
-- laid by day once: what follows, and the table, need no other order of rows than this one
laid AS (
  SELECT /*+ REPARTITION(day) */ * FROM entry
),
interval AS (
  SELECT
    day,
    meter_id,
    read_at,
    max(place) AS place,
    max(expected) AS expected,
    max(reading) AS reading,
    max(week_ago) AS week_ago
  FROM laid
  GROUP BY day, meter_id, read_at
),
known AS (
  SELECT *, max(week_ago) OVER (PARTITION BY day, meter_id) AS week_ago_max
  FROM interval
),
screened AS (
  SELECT
    *,
    -- the rule by which there is no value to count with; null where there is one
    CASE
      WHEN reading.energy_kwh IS NULL THEN 'gap'
      WHEN reading.energy_kwh < 0 THEN 'negative'
      WHEN week_ago_max.energy_kwh > 0
        AND reading.energy_kwh > 10 * week_ago_max.energy_kwh
        AND reading.energy_kwh * 60 > place.interval_minutes
        THEN 'spike'
    END AS hole
  FROM known
  -- others are only there to be compared with
  WHERE place.interval_minutes IS NOT NULL
),
compared AS (
  SELECT
    *,
    lag(reading, 2) OVER (PARTITION BY day, meter_id ORDER BY read_at) AS before_2,
    lag(reading, 1) OVER (PARTITION BY day, meter_id ORDER BY read_at) AS before_1,
    lead(reading, 1) OVER (PARTITION BY day, meter_id ORDER BY read_at) AS after_1,
    lead(reading, 2) OVER (PARTITION BY day, meter_id ORDER BY read_at) AS after_2,
    lag(CASE WHEN hole IS NULL THEN struct(read_at, reading) END)
      IGNORE NULLS OVER (PARTITION BY day, meter_id ORDER BY read_at) AS left_end,
    lead(CASE WHEN hole IS NULL THEN struct(read_at, reading) END)
      IGNORE NULLS OVER (PARTITION BY day, meter_id ORDER BY read_at) AS right_end
  FROM screened
),
ruled AS (
  SELECT
    *,
    place.interval_minutes,
    reading.energy_kwh AS raw_kwh,
    unix_seconds(right_end.read_at) - unix_seconds(left_end.read_at) AS seconds_apart,
    CASE
      WHEN hole IS NOT NULL THEN hole
      WHEN reading.energy_kwh <> 0
        AND (
          (reading.energy_kwh = before_1.energy_kwh AND reading.energy_kwh = before_2.energy_kwh)
          OR (reading.energy_kwh = before_1.energy_kwh AND reading.energy_kwh = after_1.energy_kwh)
          OR (reading.energy_kwh = after_1.energy_kwh AND reading.energy_kwh = after_2.energy_kwh))
        THEN 'frozen'
      WHEN NOT expected THEN 'unexpected'
    END AS rule
  FROM compared
),
profile AS (
  SELECT
    day,
    read_at,
    phases,
    interval_minutes,
    CAST(
      CAST(sum(energy_kwh) AS DECIMAL(30, 18)) / CAST(count(*) AS DECIMAL(8, 0))
      AS DECIMAL(24, 9)) AS mean_kwh
  FROM placed
  WHERE kind = 'consumer'
    AND energy_kwh >= 0
    -- so there are never too many of them: meters whose clocks go by seconds have no class to be compared with
    AND unix_micros(read_at) % 60000000 = 0
  GROUP BY day, read_at, phases, interval_minutes
),
estimated AS (
  SELECT /*+ BROADCAST(p) */
    r.*,
    CASE
      WHEN hole IS NOT NULL AND seconds_apart - r.interval_minutes * 60 <= 7200
        THEN CAST(
          left_end.reading.energy_kwh
            + (right_end.reading.energy_kwh - left_end.reading.energy_kwh)
              * CAST(unix_seconds(r.read_at) - unix_seconds(left_end.read_at) AS DECIMAL(5, 0))
              / CAST(seconds_apart AS DECIMAL(5, 0))
          AS DECIMAL(24, 9))
    END AS interpolated_kwh,
    CASE WHEN hole IS NOT NULL AND week_ago.energy_kwh >= 0 THEN week_ago.energy_kwh END AS stand_in_kwh,
    p.mean_kwh AS profile_kwh
  FROM ruled r
  LEFT JOIN profile p
    ON p.day = r.day
    -- null wherever nothing is to be estimated, so nothing is looked up
    AND p.read_at = CASE WHEN r.hole IS NOT NULL AND r.place.kind = 'consumer' THEN r.read_at END
    AND p.phases = r.place.phases
    AND p.interval_minutes = r.interval_minutes
)
SELECT
  meter_id,
  read_at,
  day,
  interval_minutes,
  place.kind,
  place.service_point_id,
  place.pmt_id,
  place.feeder_id,
  expected,
  raw_kwh IS NOT NULL AS received,
  reading.status,
  reading.received_at,
  reading.reactive_kvarh,
  raw_kwh,
  rule,
  CASE
    WHEN hole IS NULL THEN NULL
    WHEN interpolated_kwh IS NOT NULL THEN 'interpolation'
    WHEN stand_in_kwh IS NOT NULL THEN 'like_day'
    WHEN profile_kwh IS NOT NULL THEN 'class_profile'
    ELSE 'none'
  END AS method,
  CAST(CASE WHEN hole IS NULL THEN raw_kwh ELSE coalesce(interpolated_kwh, stand_in_kwh, profile_kwh) END
    AS DECIMAL(24, 18)) AS final_kwh
FROM estimated
