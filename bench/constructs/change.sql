WITH people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
changes AS (
  SELECT person, first(value ORDER BY start, value NULLS LAST) AS a, first(value ORDER BY start DESC, value NULLS LAST) AS z
  FROM people JOIN measurement USING (person)
  WHERE code IN (SELECT id FROM codes WHERE code = 'LOINC:8480-6')
  GROUP BY person
)
SELECT count(*) AS persons, avg(100 * (z - a) / CASE WHEN a <> 0 THEN a END) AS mean, stddev_samp(100 * (z - a) / CASE WHEN a <> 0 THEN a END) AS sd FROM people LEFT JOIN changes USING (person);
