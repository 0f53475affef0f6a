WITH failure AS (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:I50') OR code = 'ICD10:Q99.9000')
    AND start >= DATE '2014-01-01'
  GROUP BY person
),
admitted AS (
  SELECT f.person
  FROM failure f JOIN visit v ON v.person = f.person AND v.start > f.begun AND v.start <= f.begun + 90
  WHERE v.type = 'inpatient'
)
SELECT CAST(person IN (FROM admitted) AS VARCHAR) AS admitted, count(*) AS persons
FROM failure
GROUP BY ALL;
