SELECT count(DISTINCT m.person) AS persons
FROM measurement m
WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND (
  SELECT count(*) FROM visit v
  WHERE v.person = m.person AND v.type = 'emergency' AND v.start >= CAST(m.start - INTERVAL 1 YEAR AS DATE) AND v.start < m.start) >= 2;
