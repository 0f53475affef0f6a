WITH diagnoses AS (
  SELECT person, start FROM condition c
  WHERE c.code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND EXISTS (
    SELECT 1 FROM drug d WHERE d.person = c.person AND d.code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07')) AND d.start > c.start AND d.start <= c.start + 90)
),
emergencies AS (
  SELECT person, start FROM visit v
  WHERE v.type = 'emergency' AND EXISTS (
    SELECT 1 FROM diagnoses c WHERE c.person = v.person AND c.start >= v.start - 30 AND c.start < v.start)
)
SELECT count(DISTINCT m.person) AS persons
FROM measurement m
WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND EXISTS (
  SELECT 1 FROM emergencies v WHERE v.person = m.person AND v.start >= m.start - 30 AND v.start < m.start);
