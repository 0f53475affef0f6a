SELECT coalesce(sex, 'not recorded') AS sex, count(*) AS persons
FROM person
WHERE person IN (
  SELECT person FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:C50') OR code = 'ICD10:Q99.9000'))
GROUP BY ALL;
