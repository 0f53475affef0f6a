WITH people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
thirds AS (
  SELECT person, start
  FROM people JOIN measurement USING (person)
  WHERE code IN (SELECT id FROM codes WHERE code = 'LOINC:8480-6')
  QUALIFY row_number() OVER (PARTITION BY person ORDER BY start) = 3
)
SELECT count(*) AS persons FROM people JOIN thirds USING (person) WHERE start <= CAST(begun + INTERVAL 2 YEAR AS DATE);
