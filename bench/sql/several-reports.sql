CREATE OR REPLACE TEMP TABLE diabetes AS
SELECT person, min(start) AS begun
FROM condition
WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:E11') OR code = 'ICD10:Q99.9000') AND start >= DATE '2014-01-01'
GROUP BY person;

CREATE OR REPLACE TEMP TABLE adults AS
SELECT person, sex, begun
FROM diabetes JOIN person USING (person)
WHERE date_sub('year', birth_date, begun) >= 18;

CREATE OR REPLACE TEMP TABLE people AS
SELECT *, person IN (
    SELECT person FROM adults JOIN drug d USING (person)
    WHERE d.code IN (SELECT id FROM codes WHERE code = 'ATC:A10BA02')
      AND d.start > begun AND d.start <= CAST(begun + INTERVAL 1 YEAR AS DATE)) AS metformin
FROM adults
WHERE person NOT IN (
  SELECT person FROM adults JOIN drug d USING (person)
  WHERE d.code IN (SELECT id FROM codes WHERE starts_with(code, 'ATC:A10A')) AND d.start < begun);

SELECT count(*) AS persons FROM people;

SELECT '0' AS rule, count(*) AS persons FROM diabetes
UNION ALL SELECT '1', count(*) FROM adults
UNION ALL SELECT '2', count(*) FROM people;

SELECT CAST(metformin AS VARCHAR) AS metformin, coalesce(sex, 'not recorded') AS sex, count(*) AS persons
FROM people
GROUP BY ALL;

WITH later AS (
  SELECT person, first(value ORDER BY start DESC, value NULLS LAST) AS hba1c
  FROM people JOIN measurement m USING (person)
  WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND m.start BETWEEN begun + 90 AND begun + 365
  GROUP BY person
)
SELECT CAST(metformin AS VARCHAR) AS metformin, count(*) AS persons, avg(hba1c) AS mean, stddev_samp(hba1c) AS sd
FROM people LEFT JOIN later USING (person)
GROUP BY ALL;
