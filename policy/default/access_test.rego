package officina.rules.access_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.access

test_quiet if {
	denials := access.deny with input as fixture.allowed
	denials == set()
}

test_not_named if {
	denials := access.deny with input as fixture.with_values({"/subject/id": "eve@example.org"})
	fixture.names(denials) == {"access-person"}
}

test_no_role if {
	denials := access.deny with input as fixture.with_values({"/subject/roles": ["operator"]})
		with data.board.roles as ["researcher"]
	fixture.names(denials) == {"access-role"}
}

test_other_dataset if {
	denials := access.deny with input as fixture.with_values({"/dataset/id": "oncology"})
	fixture.names(denials) == {"access-dataset"}
}

test_missing_persons if {
	denials := access.deny with input as fixture.without("/study/persons")
	fixture.names(denials) == {"access-person"}
}

test_missing_roles if {
	denials := access.deny with input as fixture.without("/subject/roles")
	fixture.names(denials) == {"access-role"}
}

test_missing_subject if {
	denials := access.deny with input as fixture.without("/subject")
	fixture.names(denials) == {"access-person", "access-role"}
}

test_words if {
	denials := access.deny with input as fixture.with_values({"/subject/id": "eve@example.org"})
	denials == {{
		"rule": "access-person",
		"title": "Only persons named in the study may ask",
		"message": "Ask the board to name you in the study.",
		"contact": data.board.contact,
	}}
}
