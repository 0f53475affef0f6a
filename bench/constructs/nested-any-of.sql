SELECT count(DISTINCT m.person) AS persons
FROM measurement m
WHERE m.code IN (SELECT id FROM codes WHERE code = 'LOINC:4548-4') AND (m.value > 75 OR EXISTS (
  SELECT 1 FROM visit v
  WHERE v.person = m.person AND v.type = 'emergency' AND v.start >= m.start - 30 AND v.start < m.start));
