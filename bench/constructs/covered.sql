WITH people AS MATERIALIZED (
  SELECT person, min(start) AS begun
  FROM condition
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND start >= DATE '2014-01-01'
  GROUP BY person
),
spans AS (
  SELECT person, greatest(start, begun) AS a, least(coalesce("end", start), CAST(begun + INTERVAL 1 YEAR AS DATE)) AS z
  FROM people JOIN drug USING (person)
  WHERE code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07')) AND start <= CAST(begun + INTERVAL 1 YEAR AS DATE) AND coalesce("end", start) >= begun
),
fresh AS (
  SELECT person, a, z, max(z) OVER (PARTITION BY person ORDER BY a ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM spans
),
days AS (
  SELECT person, sum(greatest(0, z - greatest(a, before + 1) + 1)) AS n FROM fresh GROUP BY person
)
SELECT count(*) AS persons FROM days WHERE n >= 180;
