WITH diabetes AS (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:E11') OR code = 'ICD10:Q99.9000')
  GROUP BY person
)
SELECT CASE
    WHEN age < 45 THEN '<45'
    WHEN age < 55 THEN '45 to <55'
    WHEN age < 65 THEN '55 to <65'
    WHEN age < 75 THEN '65 to <75'
    WHEN age < 85 THEN '75 to <85'
    WHEN age >= 85 THEN '>=85'
    ELSE 'not recorded' END AS age,
  coalesce(sex, 'not recorded') AS sex,
  count(*) AS persons
FROM (SELECT sex, date_sub('year', birth_date, begun) AS age FROM diabetes JOIN person USING (person))
GROUP BY ALL;
