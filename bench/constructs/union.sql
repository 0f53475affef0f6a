WITH events AS (
  SELECT person, start FROM condition WHERE (code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) OR code IN (SELECT id FROM codes WHERE starts_with(code, 'ICD10:E11'))) AND start >= DATE '2014-01-01'
  UNION ALL
  SELECT person, start FROM drug WHERE code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07')) AND start >= DATE '2014-01-01'
)
SELECT count(DISTINCT person) AS persons FROM events;
