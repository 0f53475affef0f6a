SELECT count(DISTINCT m.person) AS persons
FROM measurement m
JOIN visit v ON v.person = m.person AND v.start >= m.start - 30 AND v.start < m.start
JOIN condition c ON c.person = v.person AND c.start >= v.start - 30 AND c.start < v.start
JOIN drug d ON d.person = c.person AND d.start > c.start AND d.start <= c.start + 90
WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND v.type = 'emergency' AND c.code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000')) AND d.code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07'));
