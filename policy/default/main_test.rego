package officina.main_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.main

test_allowed if {
	decision := main.decision with input as fixture.allowed
	decision.allow
	decision.denials == set()
}

test_all_denials_are_collected if {
	changed := fixture.with_values({
		"/study/status": "closed",
		"/study/persons": [],
		"/plan/text/approval": "CE-0000",
	})
	decision := main.decision with input as changed
	not decision.allow
	fixture.names(decision.denials) == {"study-not-active", "access-person", "approval-mismatch"}
}

test_nothing_known_is_denied if {
	decision := main.decision with input as {}
	not decision.allow
}
