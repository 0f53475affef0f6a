WITH s0 AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
s1 AS MATERIALIZED (
  SELECT s0.* FROM s0 JOIN person USING (person) WHERE date_sub('year', birth_date, begun) >= 40
),
s2 AS MATERIALIZED (
  SELECT person, begun
  FROM s1 JOIN measurement m USING (person)
  WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:8480-6')
    AND m.start BETWEEN CAST(begun - INTERVAL 2 YEAR AS DATE) AND CAST(begun + INTERVAL 2 YEAR AS DATE)
  GROUP BY ALL
  HAVING count(*) >= 2
),
s3 AS MATERIALIZED (
  SELECT * FROM s2
  WHERE person IN (
    SELECT person FROM s2 JOIN drug d USING (person)
    WHERE d.code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07'))
      AND d.start > begun AND d.start <= CAST(begun + INTERVAL 1 YEAR AS DATE))
),
s4 AS MATERIALIZED (
  SELECT * FROM s3
  WHERE person NOT IN (
    SELECT person FROM s3 JOIN condition c USING (person)
    WHERE c.code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:N18')) AND c.start <= begun)
),
s5 AS (
  SELECT * FROM s4
  WHERE person NOT IN (
    SELECT person FROM s4 JOIN visit v USING (person)
    WHERE v.type = 'emergency' AND v.start < begun AND v.start >= begun - 180)
)
SELECT '0' AS rule, count(*) AS persons FROM s0
UNION ALL SELECT '1', count(*) FROM s1
UNION ALL SELECT '2', count(*) FROM s2
UNION ALL SELECT '3', count(*) FROM s3
UNION ALL SELECT '4', count(*) FROM s4
UNION ALL SELECT '5', count(*) FROM s5;
