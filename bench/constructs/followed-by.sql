SELECT count(DISTINCT person) AS persons
FROM condition c
WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND EXISTS (
  SELECT 1 FROM drug d
  WHERE d.person = c.person AND d.code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07')) AND d.start > c.start AND d.start <= c.start + 30);
