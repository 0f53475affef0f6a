# METADATA
# title: Fixture
# description: |
#   An input that is allowed, for the tests beside each rule. They change one thing at a time. The tests hold
#   whatever a board writes in data.yaml: they take its words and numbers from there, or bring their own.
package officina.fixture_test

import rego.v2

allowed := {
	"subject": {"id": "ada@example.org", "organisation": "IRCCS Example", "roles": data.board.roles},
	"study": {
		"id": "diabetes-1",
		"title": "Response to first-line metformin",
		"status": "active",
		"purpose": ["DUO:0000007", "MONDO:0005148"],
		"uses": ["research"],
		"approval": {"id": "CE-2026-0147", "valid_until": "2027-12-31"},
		"persons": ["ada@example.org"],
		"datasets": ["diabetes-network"],
		"kinds": data.board.kinds,
		"permissions": {"genomic": false, "location": false, "free_text": false, "topics": []},
		"recipients": [{"name": "IRCCS Example", "kind": "public", "country": "IT"}],
	},
	"dataset": {
		"id": "diabetes-network",
		"duo": ["DUO:0000007", "DUO:0000042"],
		"custodian": {"name": "IRCCS Example", "contact": "data@example.org"},
		"sites": ["bo", "pa"],
		"snapshot": "2026-11-01",
		"mark": "demo",
	},
	"plan": {
		"text": {"purpose": ["DUO:0000007", "MONDO:0005148"], "approval": "CE-2026-0147", "version": "1.0"},
		"sources": ["condition", "drug"],
		"columns": [
			{"name": "person.sex", "sensitivity": "quasi"},
			{"name": "condition.code", "sensitivity": "sensitive"},
		],
		"code_sets": ["ATC:A10BA02", "ICD10:E11"],
		"kinds": data.board.kinds,
		"dimensions": 0,
		"smallest_age_band": 10,
		"literals": 3,
		"touches": {"genomic": false, "location": false, "free_date": false},
		"topics": [],
	},
	"usage": {},
	"now": "2026-11-23T10:00:00Z",
}

# METADATA
# title: Change
# description: The allowed input with values replaced, by JSON pointer.
with_values(changes) := json.patch(allowed, [
{"op": "replace", "path": path, "value": value} |
	some path, value in changes
])

# METADATA
# title: Removal
# description: The allowed input without a field, by JSON pointer.
without(path) := json.patch(allowed, [{"op": "remove", "path": path}])

# METADATA
# title: Names
# description: The rules that denied.
names(denials) := {denial.rule | some denial in denials}
