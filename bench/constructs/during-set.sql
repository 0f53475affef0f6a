SELECT count(DISTINCT c.person) AS persons
FROM condition c
WHERE c.code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND EXISTS (
  SELECT 1 FROM visit v
  WHERE v.person = c.person AND v.type = 'inpatient' AND v.start <= c.start AND (v."end" IS NULL OR v."end" >= c.start));
