WITH levels AS (
  SELECT person, avg(value) AS level
  FROM measurement
  WHERE code IN (SELECT id FROM codes WHERE code IN ('LOINC:4548-4', 'LOINC:9000-1'))
  GROUP BY person
)
SELECT coalesce(sex, 'not recorded') AS sex, count(*) AS persons, avg(level) AS mean, stddev_samp(level) AS sd
FROM levels JOIN person USING (person)
GROUP BY ALL;
