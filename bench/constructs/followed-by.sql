SELECT count(DISTINCT c.person) AS persons
FROM condition c JOIN drug d ON d.person = c.person AND d.start > c.start AND d.start <= c.start + 30
WHERE c.code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND d.code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07'));
