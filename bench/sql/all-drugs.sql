CREATE OR REPLACE TEMP TABLE prescribed AS
SELECT sex, coalesce(n, 0) AS n
FROM person LEFT JOIN (SELECT person, count(*) AS n FROM drug GROUP BY person) USING (person)
WHERE death IS NULL;

SELECT CASE
    WHEN n < 1 THEN '<1'
    WHEN n < 10 THEN '1 to <10'
    WHEN n < 50 THEN '10 to <50'
    WHEN n < 9000 THEN '50 to <9000'
    ELSE '>=9000' END AS prescriptions,
  count(*) AS persons
FROM prescribed
GROUP BY ALL;

SELECT coalesce(sex, 'not recorded') AS sex, count(*) AS persons, avg(n) AS mean, stddev_samp(n) AS sd
FROM prescribed
GROUP BY ALL;
