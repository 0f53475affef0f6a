SELECT count(DISTINCT person) AS persons
FROM condition
WHERE code IN (SELECT id FROM codes WHERE code IN ('ICD10:Q87.4', 'ICD10:Q99.9000'));
