CREATE OR REPLACE TEMP TABLE first_failure AS
SELECT patient, start
FROM (
  SELECT person AS patient, start, row_number() OVER (PARTITION BY person ORDER BY start) AS place
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:I50') OR code = 'ICD10:Q99.9000')
    AND start >= DATE '2014-01-01'
)
WHERE place = 1;

CREATE OR REPLACE TEMP TABLE admitted AS
SELECT v.person AS patient, true AS has_events
FROM visit v LEFT JOIN first_failure ON first_failure.patient = v.person
WHERE v.type = 'inpatient' AND v.start > first_failure.start AND v.start <= first_failure.start + 90
GROUP BY v.person;

CREATE OR REPLACE TEMP TABLE dataset AS
SELECT p.person AS patient, coalesce(admitted.has_events, false) AS admitted
FROM person p
  LEFT JOIN first_failure ON first_failure.patient = p.person
  LEFT JOIN admitted ON admitted.patient = p.person
WHERE first_failure.start IS NOT NULL;

SELECT CAST(admitted AS VARCHAR) AS admitted, count(*) AS persons
FROM dataset
GROUP BY ALL;
