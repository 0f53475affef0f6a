WITH days AS (
  SELECT person, start, max(value) AS highest, min(value) AS first_value
  FROM measurement
  WHERE code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4')
  GROUP BY person, start
),
changes AS (
  SELECT person, highest, lag(first_value) OVER (PARTITION BY person ORDER BY start) AS before FROM days
)
SELECT count(DISTINCT person) AS persons FROM changes WHERE highest >= before + 11;
