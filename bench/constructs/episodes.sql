WITH people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
marked AS (
  SELECT person, begun, start,
    max(coalesce("end", start)) OVER (PARTITION BY person ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM people JOIN drug USING (person)
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07'))
),
enough AS (
  SELECT person
  FROM marked
  WHERE (before IS NULL OR start > before + 30) AND start > begun
  GROUP BY person
  HAVING count(*) >= 2
)
SELECT count(*) AS persons FROM enough;
