WITH people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
)
SELECT count(*) AS persons
FROM people
WHERE CAST(person IN (SELECT person FROM people JOIN drug d USING (person) WHERE d.code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07')) AND d.start > begun) AS INTEGER)
  + CAST(person IN (SELECT person FROM people JOIN visit v USING (person) WHERE v.type = 'inpatient' AND v.start > begun) AS INTEGER)
  + CAST(person IN (SELECT person FROM people JOIN measurement m USING (person) WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND m.start > begun) AS INTEGER) >= 2;
