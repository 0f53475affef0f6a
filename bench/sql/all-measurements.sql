WITH measured AS (
  SELECT person, count(DISTINCT start) AS days FROM measurement GROUP BY person
)
SELECT CASE
    WHEN days < 10 THEN '<10'
    WHEN days < 30 THEN '10 to <30'
    WHEN days < 9000 THEN '30 to <9000'
    ELSE '>=9000' END AS days,
  coalesce(site, 'not recorded') AS site,
  count(*) AS persons
FROM measured JOIN person USING (person)
GROUP BY ALL;
