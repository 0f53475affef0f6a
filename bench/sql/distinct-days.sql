WITH diabetes AS (
  SELECT person, min(start) AS begun, CAST(min(start) + INTERVAL 2 YEAR AS DATE) AS until
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:E11') OR code = 'ICD10:Q99.9000')
  GROUP BY person
),
prescribed AS (
  SELECT person, count(DISTINCT start) AS days
  FROM diabetes JOIN drug USING (person)
  WHERE start > begun AND start <= until
  GROUP BY person
)
SELECT CASE
    WHEN days IS NULL THEN '<1'
    WHEN days < 4 THEN '1 to <4'
    WHEN days < 12 THEN '4 to <12'
    ELSE '>=12' END AS days,
  count(*) AS persons
FROM diabetes LEFT JOIN prescribed USING (person)
GROUP BY ALL;
