WITH people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
nearest AS (
  SELECT person, first(value ORDER BY abs(start - begun), start, value NULLS LAST) AS v
  FROM people JOIN measurement USING (person)
  WHERE code IN (SELECT id FROM codes WHERE code = 'LOINC:8480-6')
  GROUP BY person
)
SELECT count(*) AS persons, avg(v) AS mean, stddev_samp(v) AS sd FROM people LEFT JOIN nearest USING (person);
