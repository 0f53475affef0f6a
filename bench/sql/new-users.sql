WITH users AS (
  SELECT person, min(start) AS begun
  FROM drug
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ATC:A10BA02', 'ATC:V99XX9000')) AND start >= DATE '2015-01-01'
  GROUP BY person
),
earlier AS (
  SELECT u.person
  FROM users u JOIN drug d ON d.person = u.person AND d.start < u.begun AND d.start >= u.begun - 365
  WHERE d.code IN (SELECT id FROM codes WHERE starts_with(code, 'ATC:A10'))
)
SELECT coalesce(sex, 'not recorded') AS sex, count(*) AS persons
FROM users ANTI JOIN earlier USING (person) JOIN person USING (person)
GROUP BY ALL;
