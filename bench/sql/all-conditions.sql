WITH diagnosed AS (
  SELECT person, count(*) AS n FROM condition GROUP BY person
)
SELECT coalesce(sex, 'not recorded') AS sex,
  CASE
    WHEN n < 5 THEN '<5'
    WHEN n < 10 THEN '5 to <10'
    WHEN n < 20 THEN '10 to <20'
    WHEN n < 9000 THEN '20 to <9000'
    ELSE '>=9000' END AS diagnoses,
  count(*) AS persons
FROM diagnosed JOIN person USING (person)
GROUP BY ALL;
