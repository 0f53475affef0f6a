WITH people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
shares AS (
  SELECT person, count(*) FILTER (value > 140) / count(*) AS share
  FROM people JOIN measurement USING (person)
  WHERE code IN (SELECT id FROM codes WHERE code = 'LOINC:8480-6')
  GROUP BY person
)
SELECT count(*) AS persons FROM shares WHERE share >= 0.5;
