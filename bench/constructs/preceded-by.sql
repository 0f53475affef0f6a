SELECT count(DISTINCT d.person) AS persons
FROM drug d JOIN condition c ON c.person = d.person AND c.start < d.start AND c.start >= d.start - 90
WHERE d.code IN (SELECT id FROM codes WHERE code IN ('ATC:C09AA05', 'ATC:C08CA01', 'ATC:C07AB07')) AND c.code IN (SELECT id FROM codes WHERE code IN ('ICD10:I10', 'ICD10:Q99.9000'));
