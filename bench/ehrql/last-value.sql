CREATE OR REPLACE TEMP TABLE first_diabetes AS
SELECT patient, start
FROM (
  SELECT person AS patient, start, row_number() OVER (PARTITION BY person ORDER BY start) AS place
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:E11') OR code = 'ICD10:Q99.9000')
)
WHERE place = 1;

CREATE OR REPLACE TEMP TABLE last_hba1c AS
SELECT patient, value
FROM (
  SELECT m.person AS patient, m.value,
    row_number() OVER (PARTITION BY m.person ORDER BY m.start DESC, m.value NULLS LAST) AS place
  FROM measurement m LEFT JOIN first_diabetes ON first_diabetes.patient = m.person
  WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND m.start >= first_diabetes.start
)
WHERE place = 1;

CREATE OR REPLACE TEMP TABLE dataset AS
SELECT p.person AS patient, p.sex, first_diabetes.start AS diabetes, last_hba1c.value AS hba1c
FROM person p
  LEFT JOIN first_diabetes ON first_diabetes.patient = p.person
  LEFT JOIN last_hba1c ON last_hba1c.patient = p.person
WHERE first_diabetes.start IS NOT NULL AND last_hba1c.value >= 58;

SELECT coalesce(sex, 'not recorded') AS sex, count(*) AS persons
FROM dataset
GROUP BY ALL;
