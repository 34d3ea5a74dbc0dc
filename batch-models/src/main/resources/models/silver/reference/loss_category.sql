/*
description: >-
  Categories of feeders by their AT&C loss, dated. The limits are ours, until those that the utility publishes are entered;
  a new notification is a new set of rows.
materialized: full
unique_key: [effective_from, category]
tags: [reference]
columns:
  effective_from: First day on which it is valid
  effective_to: First day on which it is no longer valid; null while it is
  category: low, medium, high or very high
  from_percent: AT&C loss in percent from which it goes; null for no lower end
  to_percent: AT&C loss in percent below which it ends; null for no upper end
  source: Whence the limits are
audits:
  - not_null: [effective_from, category, source]
  - unique: [effective_from, category]
*/
SELECT
  DATE '2000-01-01' AS effective_from,
  CAST(NULL AS DATE) AS effective_to,
  category,
  CAST(from_percent AS DECIMAL(9, 4)) AS from_percent,
  CAST(to_percent AS DECIMAL(9, 4)) AS to_percent,
  'ours' AS source
FROM VALUES
  ('low', NULL, 20),
  ('medium', 20, 30),
  ('high', 30, 40),
  ('very high', 40, NULL)
  AS limits (category, from_percent, to_percent)
