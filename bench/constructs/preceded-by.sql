SELECT count(DISTINCT person) AS persons
FROM drug d
WHERE code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07')) AND EXISTS (
  SELECT 1 FROM condition c
  WHERE c.person = d.person AND c.code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND c.start < d.start AND c.start >= d.start - 90);
