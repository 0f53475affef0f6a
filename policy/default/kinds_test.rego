package officina.rules.kinds_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.kinds

test_quiet if {
	denials := kinds.deny with input as fixture.allowed
	denials == set()
}

test_not_given if {
	denials := kinds.deny with input as fixture.with_values({"/study/kinds": ["count"], "/plan/kinds": ["count", "summary"]})
		with data.board.kinds as ["count", "summary"]
	fixture.names(denials) == {"kind-not-allowed"}
}

test_not_of_the_board if {
	denials := kinds.deny with input as fixture.with_values({"/study/kinds": ["table"], "/plan/kinds": ["table"]})
		with data.board.kinds as ["count"]
	fixture.names(denials) == {"kind-not-allowed"}
}

test_no_kind if {
	denials := kinds.deny with input as fixture.with_values({"/plan/kinds": []})
	fixture.names(denials) == {"kind-not-allowed"}
}

test_missing_study_kinds if {
	denials := kinds.deny with input as fixture.without("/study/kinds")
	fixture.names(denials) == {"kind-not-allowed"}
}

test_missing_kinds if {
	denials := kinds.deny with input as fixture.without("/plan/kinds")
	fixture.names(denials) == {"kind-not-allowed"}
}

test_allowed_kinds if {
	both := kinds.allowed with input as fixture.with_values({"/study/kinds": ["count", "table"]})
		with data.board.kinds as ["count", "summary"]
	both == {"count"}
}
