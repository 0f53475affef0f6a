WITH RECURSIVE people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
readings AS MATERIALIZED (
  SELECT DISTINCT person, start FROM people JOIN measurement USING (person) WHERE code IN (SELECT id FROM codes WHERE code = 'LOINC:8480-6')
),
kept AS (
  SELECT person, min(start) AS start, 1 AS n FROM readings GROUP BY person
  UNION ALL
  SELECT r.person, min(r.start), any_value(n) + 1
  FROM kept k JOIN readings r ON r.person = k.person AND r.start >= k.start + 90
  WHERE n < 3
  GROUP BY r.person
)
SELECT count(*) AS persons FROM kept WHERE n = 3;
