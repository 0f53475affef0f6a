WITH diagnoses AS (
  SELECT DISTINCT c.person, c.start
  FROM condition c JOIN drug d ON d.person = c.person AND d.start > c.start AND d.start <= CAST(c.start + INTERVAL 1 YEAR AS DATE)
  WHERE c.code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND d.code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07'))
),
emergencies AS (
  SELECT DISTINCT v.person, v.start
  FROM visit v JOIN diagnoses c ON c.person = v.person AND c.start >= CAST(v.start - INTERVAL 1 YEAR AS DATE) AND c.start < v.start
  WHERE v.type = 'emergency'
)
SELECT count(DISTINCT m.person) AS persons
FROM measurement m JOIN emergencies v ON v.person = m.person AND v.start >= CAST(m.start - INTERVAL 1 YEAR AS DATE) AND v.start < m.start
WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4');
