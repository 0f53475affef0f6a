CREATE OR REPLACE TEMP TABLE first_diabetes AS
SELECT patient, start
FROM (
  SELECT person AS patient, start, row_number() OVER (PARTITION BY person ORDER BY start) AS place
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:E11') OR code = 'ICD10:Q99.9000')
)
WHERE place = 1;

CREATE OR REPLACE TEMP TABLE prescribed AS
SELECT d.person AS patient, count(DISTINCT d.start) AS days
FROM drug d LEFT JOIN first_diabetes ON first_diabetes.patient = d.person
WHERE d.start > first_diabetes.start AND d.start <= CAST(first_diabetes.start + INTERVAL 2 YEAR AS DATE)
GROUP BY d.person;

CREATE OR REPLACE TEMP TABLE dataset AS
SELECT p.person AS patient, coalesce(prescribed.days, 0) AS days
FROM person p
  LEFT JOIN first_diabetes ON first_diabetes.patient = p.person
  LEFT JOIN prescribed ON prescribed.patient = p.person
WHERE first_diabetes.start IS NOT NULL;

SELECT CASE
    WHEN days < 1 THEN '<1'
    WHEN days < 4 THEN '1 to <4'
    WHEN days < 12 THEN '4 to <12'
    ELSE '>=12' END AS days,
  count(*) AS persons
FROM dataset
GROUP BY ALL;
