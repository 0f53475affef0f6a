package officina.rules.status_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.status

test_quiet if {
	denials := status.deny with input as fixture.allowed
	denials == set()
}

test_suspended if {
	denials := status.deny with input as fixture.with_values({"/study/status": "suspended"})
	fixture.names(denials) == {"study-not-active"}
}

test_closed if {
	denials := status.deny with input as fixture.with_values({"/study/status": "closed"})
	fixture.names(denials) == {"study-not-active"}
}

test_missing if {
	denials := status.deny with input as fixture.without("/study/status")
	fixture.names(denials) == {"study-not-active"}
}
