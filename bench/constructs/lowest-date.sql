WITH people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
lowest AS (
  SELECT person, begun, first(start ORDER BY value, start) AS day
  FROM people JOIN measurement USING (person)
  WHERE code IN (SELECT id FROM codes WHERE code = 'LOINC:8480-6') AND value IS NOT NULL
  GROUP BY person, begun
)
SELECT count(*) AS persons FROM lowest WHERE day > begun;
