/*
description: >-
  Reasons to inspect a consumer, by the month of the bill: how far consumption is below that of the same month a year
  before, or below that of consumers of the same kind and about the same load, what the PMT lost, and what its meter reported of tampering.
  The score is made of parts that stand beside it: a reason to look, never a proof. Ours are: 20 percent too little is
  weather or thrift, a PMT's loss within 10 percent is technical; a part has at most 40, 30 and 30 points. A PMT with
  registers not read yet tells nothing, and what it lost is all its consumers', so it alone makes nobody suspected.
materialized: touched_partitions
unique_key: [consumer_id, month]
partition_by: month
tags: [mart, loss]
inputs:
  silver.billing.bill:
    reach: [bill_month, "add_months(bill_month, 12)"]
    watches:
      - consumer_id
      - bill_month
      - units_kwh
      - period_from
      - period_to
      - tariff_code
      - tariff_effective_from
      - status = 'cancelled'
  silver.billing.tariff:
    reach: {from: "CAST(trunc(effective_from, 'MM') AS DATE)"}
    watches: [tariff_class]
  silver.billing.consumer:
    reach: {from: "CAST(trunc(connected_on, 'MM') AS DATE)"}
    watches: [service_point_id, sanctioned_load_kw]
  silver.network.service_point_supply:
    reach:
      from: >-
        CAST(trunc(to_date(
          CASE WHEN _old.pmt_id = _new.pmt_id THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END
            + INTERVAL 5 HOURS), 'MM') AS DATE)
      to: CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [pmt_id, valid_to]
  gold.pmt_loss:
    reach: month
    watches: [loss_percent, unread_meters]
  silver.metering.meter_event:
    reach: CAST(trunc(to_date(occurred_at + INTERVAL 5 HOURS), 'MM') AS DATE)
    watches: [meter_id, occurred_at, "kind IN ('cover_open', 'magnetic_field', 'reverse_energy')"]
  # meters without intervals report nothing
  silver.metering.meter_place:
    reach:
      from: >-
        CASE WHEN NOT ami THEN DATE '9999-12-31' ELSE
        CAST(trunc(to_date(
          CASE WHEN _old.ami = _new.ami AND _old.service_point_id = _new.service_point_id
               THEN least(_old.valid_to, _new.valid_to) ELSE valid_from END + INTERVAL 5 HOURS), 'MM') AS DATE) END
      to: >-
        CASE WHEN ami THEN CAST(trunc(to_date(valid_to + INTERVAL 5 HOURS), 'MM') AS DATE)
             ELSE DATE '0001-01-01' END
    watches: [ami, service_point_id, valid_to]
columns:
  consumer_id: billing.consumer
  month: First day of the month of the bill
  daily_kwh: Units of the bill per day of its cycle, in kWh, rounded to 6 digits
  year_before_daily_kwh: The same of the bill of the same month a year before; null where there is none
  drop_percent: What daily_kwh is below it, in percent of it, rounded to 4 digits; negative for a rise
  kwh_per_kw: daily_kwh per kW of the load that the consumer may draw now, rounded to 6 digits
  consumer_kind: domestic, commercial or industrial, by the class of the bill's tariff
  load_band_kw: That load is more than so many kW, of 0, 1, 2, 3, 5, 10 and 20; peers have the same band and kind in the month
  peers: How many of them there are, itself among them
  peer_kwh_per_kw: The middle kwh_per_kw of the peers, the lesser of two; null for fewer than 5
  below_peers_percent: What kwh_per_kw is below it, in percent of it, rounded to 4 digits; negative where it is above
  pmt_id: network.pmt that supplied the consumer at the end of the month; null where none did
  pmt_loss_percent: Loss of that PMT in the month, in percent; null where it is not known, or not all meters are read
  tamper_events: Covers opened, magnetic fields and reversed energy that the consumer's meters reported in the month
  drop_points: 0 to 40, drop_percent above 20
  peer_points: 0 to 40, below_peers_percent above 20
  residual_points: 0 to 30, pmt_loss_percent above 10
  tamper_points: 0 to 30, 10 for each of tamper_events
  score: 0 to 100, the larger of drop_points and peer_points, and the other two
  suspected: Whether a sign of its own is strong, drop_percent or below_peers_percent of 45 at least, or 2 tamper_events
audits:
  - not_null: [consumer_id, month, daily_kwh, drop_points, peer_points, residual_points, tamper_points, score, suspected]
  - unique: [consumer_id, month]
  - relationship: {column: consumer_id, to: gold.dim_consumer}
  - name: score_is_the_sum_of_its_parts
    rows: >-
      SELECT * FROM ${this} WHERE score <> greatest(drop_points, peer_points) + residual_points + tamper_points
      OR drop_points NOT BETWEEN 0 AND 40 OR peer_points NOT BETWEEN 0 AND 40 OR residual_points NOT BETWEEN 0 AND 30 OR tamper_points NOT BETWEEN 0 AND 30
*/
WITH drawn AS (
  SELECT
    consumer_id,
    bill_month AS month,
    tariff_code,
    tariff_effective_from,
    CAST(
      CAST(units_kwh AS DECIMAL(20, 10)) / CAST(datediff(period_to, period_from) AS DECIMAL(6, 0))
      AS DECIMAL(16, 6)) AS daily_kwh
  FROM ${ref('silver.billing.bill')}
  WHERE status <> 'cancelled'
),
compared AS (
  SELECT
    d.consumer_id,
    d.month,
    d.daily_kwh,
    y.daily_kwh AS year_before_daily_kwh,
    CAST((y.daily_kwh - d.daily_kwh) * 100 / nullif(y.daily_kwh, 0) AS DECIMAL(18, 4)) AS drop_percent,
    c.service_point_id,
    CASE WHEN t.tariff_class IN ('lifeline', 'protected', 'unprotected') THEN 'domestic' ELSE t.tariff_class END
      AS consumer_kind,
    CAST(d.daily_kwh / nullif(c.sanctioned_load_kw, 0) AS DECIMAL(16, 6)) AS kwh_per_kw,
    CASE
      WHEN c.sanctioned_load_kw > 20 THEN 20
      WHEN c.sanctioned_load_kw > 10 THEN 10
      WHEN c.sanctioned_load_kw > 5 THEN 5
      WHEN c.sanctioned_load_kw > 3 THEN 3
      WHEN c.sanctioned_load_kw > 2 THEN 2
      WHEN c.sanctioned_load_kw > 1 THEN 1
      WHEN c.sanctioned_load_kw > 0 THEN 0
    END AS load_band_kw,
    CAST(add_months(d.month, 1) AS TIMESTAMP) - INTERVAL 5 HOURS AS ends_at
  FROM drawn d
  LEFT JOIN (
    SELECT consumer_id, add_months(month, 12) AS month, daily_kwh FROM drawn
  ) y
    ON y.consumer_id = d.consumer_id
    AND y.month = d.month
  LEFT JOIN ${ref('silver.billing.consumer')} c
    ON c.consumer_id = d.consumer_id
  LEFT JOIN ${ref('silver.billing.tariff')} t
    ON t.tariff_code = d.tariff_code
    AND t.effective_from = d.tariff_effective_from
),
placed AS (
  SELECT
    *,
    count(kwh_per_kw) OVER (PARTITION BY month, consumer_kind, load_band_kw) AS peers,
    row_number() OVER (PARTITION BY month, consumer_kind, load_band_kw ORDER BY kwh_per_kw, consumer_id) AS place
  FROM compared
),
-- place of a median that is one of the values: exact, whatever the number of peers
beside_peers AS (
  SELECT
    *,
    CASE WHEN peers >= 5 THEN
      max(CASE WHEN place = (peers + 1) DIV 2 THEN kwh_per_kw END)
        OVER (PARTITION BY month, consumer_kind, load_band_kw)
    END AS peer_kwh_per_kw
  FROM placed
),
tampered AS (
  SELECT
    CAST(trunc(to_date(e.occurred_at + INTERVAL 5 HOURS), 'MM') AS DATE) AS month,
    p.service_point_id,
    count(*) AS events
  FROM ${ref('silver.metering.meter_event')} e
  JOIN ${ref('silver.metering.meter_place')} p
    ON p.meter_id = e.meter_id
    AND p.ami
    AND e.occurred_at >= p.valid_from
    AND (p.valid_to IS NULL OR e.occurred_at < p.valid_to)
  WHERE e.kind IN ('cover_open', 'magnetic_field', 'reverse_energy')
    AND p.service_point_id IS NOT NULL
  GROUP BY CAST(trunc(to_date(e.occurred_at + INTERVAL 5 HOURS), 'MM') AS DATE), p.service_point_id
),
reason AS (
  SELECT
    c.consumer_id,
    c.month,
    c.daily_kwh,
    c.year_before_daily_kwh,
    c.drop_percent,
    c.kwh_per_kw,
    c.consumer_kind,
    c.load_band_kw,
    c.peers,
    c.peer_kwh_per_kw,
    CAST((c.peer_kwh_per_kw - c.kwh_per_kw) * 100 / nullif(c.peer_kwh_per_kw, 0) AS DECIMAL(18, 4))
      AS below_peers_percent,
    s.pmt_id,
    CASE WHEN l.unread_meters = 0 THEN l.loss_percent END AS pmt_loss_percent,
    coalesce(t.events, 0L) AS tamper_events
  FROM beside_peers c
  LEFT JOIN ${ref('silver.network.service_point_supply')} s
    ON s.service_point_id = c.service_point_id
    AND s.valid_from < c.ends_at
    AND (s.valid_to IS NULL OR s.valid_to >= c.ends_at)
  LEFT JOIN ${ref('gold.pmt_loss')} l
    ON l.pmt_id = s.pmt_id
    AND l.month = c.month
  LEFT JOIN tampered t
    ON t.service_point_id = c.service_point_id
    AND t.month = c.month
),
pointed AS (
  SELECT
    *,
    CAST(least(40, greatest(0, coalesce(drop_percent, 0) - 20)) AS DECIMAL(7, 4)) AS drop_points,
    CAST(least(40, greatest(0, coalesce(below_peers_percent, 0) - 20)) AS DECIMAL(7, 4)) AS peer_points,
    CAST(least(30, greatest(0, coalesce(pmt_loss_percent, 0) - 10)) AS DECIMAL(7, 4)) AS residual_points,
    CAST(least(30, tamper_events * 10) AS DECIMAL(7, 4)) AS tamper_points
  FROM reason
)
SELECT
  *,
  CAST(greatest(drop_points, peer_points) + residual_points + tamper_points AS DECIMAL(7, 4)) AS score,
  -- greatest() passes over null
  coalesce(greatest(drop_percent, below_peers_percent) >= 45, false) OR tamper_events >= 2 AS suspected
FROM pointed
