SELECT meter_id, day, any_value(kind) AS kind,
  count(*) FILTER (expected) AS expected_intervals,
  count(*) FILTER (expected AND received) AS received_intervals,
  count(*) FILTER (rule = 'gap') AS missing_intervals,
  count(*) FILTER (received AND status = 'estimated') AS head_end_estimates,
  count(*) FILTER (received AND status = 'corrected') AS corrected_intervals,
  count(*) FILTER (rule IN ('negative', 'spike')) AS edited_intervals,
  count(*) FILTER (method IN ('interpolation', 'like_day', 'class_profile')) AS estimated_intervals,
  count(*) FILTER (method = 'none') AS unestimated_intervals,
  count(*) FILTER (rule = 'negative') AS negative_intervals,
  count(*) FILTER (rule = 'spike') AS spike_intervals,
  count(*) FILTER (rule = 'frozen') AS frozen_intervals,
  count(*) FILTER (rule = 'unexpected') AS unexpected_intervals,
  percent4(count(*) FILTER (expected AND received), count(*) FILTER (expected)) AS coverage_percent,
  sum(raw_kwh) AS raw_kwh,
  sum(final_kwh) AS final_kwh
FROM interval_fact
GROUP BY meter_id, day
