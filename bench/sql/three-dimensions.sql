WITH depression AS (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:F32') OR code = 'ICD10:Q99.9000')
  GROUP BY person
)
SELECT coalesce(sex, 'not recorded') AS sex,
  CASE
    WHEN age < 25 THEN '<25'
    WHEN age < 45 THEN '25 to <45'
    WHEN age < 65 THEN '45 to <65'
    WHEN age >= 65 THEN '>=65'
    ELSE 'not recorded' END AS age,
  coalesce(site, 'not recorded') AS site,
  count(*) AS persons
FROM (SELECT sex, site, date_sub('year', birth_date, begun) AS age FROM depression JOIN person USING (person))
GROUP BY ALL;
