WITH diabetes AS (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:E11') OR code = 'ICD10:Q99.9000')
  GROUP BY person
),
latest AS (
  SELECT person, first(value ORDER BY start DESC, value NULLS LAST) AS value
  FROM diabetes JOIN measurement USING (person)
  WHERE code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND start >= begun
  GROUP BY person
)
SELECT coalesce(sex, 'not recorded') AS sex, count(*) AS persons
FROM latest JOIN person USING (person)
WHERE value >= 58
GROUP BY ALL;
