SELECT count(DISTINCT c.person) AS persons
FROM condition c JOIN visit v ON v.person = c.person AND v.start <= c.start AND (v."end" IS NULL OR v."end" >= c.start)
WHERE c.code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND v.type = 'inpatient';
