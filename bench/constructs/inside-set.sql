SELECT count(DISTINCT m.person) AS persons
FROM measurement m JOIN visit v ON v.person = m.person AND v.start <= m.start AND coalesce(v."end", v.start) >= m.start
WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND v.type = 'inpatient';
