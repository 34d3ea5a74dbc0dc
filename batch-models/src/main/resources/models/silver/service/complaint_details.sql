/*
description: >-
  What was noted of a complaint, by columns. A field that is not known, or whose value is of another type than its
  column, stays in other_fields.
materialized: merge_by_key
unique_key: [complaint_id]
tags: [service]
inputs:
  silver.service.complaint: {reach: complaint_id, watches: [details]}
columns:
  complaint_id: service.complaint
  language: en or ur
  attempts: How often the caller tried
  tags: What it was marked with, parted by commas
  transcript: What was said, of some calls
  other_fields: The other fields as a JSON object, their values as text; null for none
audits:
  - not_null: [complaint_id]
  - unique: [complaint_id]
*/
WITH fields AS (
  SELECT
    complaint_id,
    from_json(details, 'MAP<STRING, STRING>') AS field
  FROM ${ref('silver.service.complaint')}),
typed AS (
  SELECT
    *,
    try_cast(try_element_at(field, 'attempts') AS INT) AS attempts,
    array_join(from_json(try_element_at(field, 'tags'), 'ARRAY<STRING>'), ', ') AS tags
  FROM fields)
SELECT
  complaint_id,
  try_element_at(field, 'language') AS language,
  attempts,
  tags,
  try_element_at(field, 'transcript') AS transcript,
  nullif(
    to_json(map_filter(field, (name, value) -> NOT (
      name IN ('language', 'transcript')
      OR (name = 'attempts' AND attempts IS NOT NULL)
      OR (name = 'tags' AND tags IS NOT NULL)))),
    '{}') AS other_fields
FROM typed
