/*
description: A day of the calendar, in Karachi
materialized: full
unique_key: [day]
tags: [dimension]
columns:
  day: The day
  month: First day of its month
  year: Its year
  month_of_year: 1 to 12
  weekday: 1 (Monday) to 7
  fiscal_year: The year in which the fiscal year ends that began on 1 July
audits:
  - unique: [day]
*/
SELECT
  day,
  CAST(trunc(day, 'MM') AS DATE) AS month,
  year(day) AS year,
  month(day) AS month_of_year,
  weekday(day) + 1 AS weekday,
  year(add_months(day, 6)) AS fiscal_year
FROM (SELECT explode(sequence(DATE '2010-01-01', DATE '2040-12-31')) AS day)
