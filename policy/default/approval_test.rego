package officina.rules.approval_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.approval

test_quiet if {
	denials := approval.deny with input as fixture.allowed
	denials == set()
}

test_last_day if {
	denials := approval.deny with input as fixture.with_values({"/now": "2027-12-31T23:59:59Z"})
	denials == set()
}

test_day_after if {
	denials := approval.deny with input as fixture.with_values({"/now": "2028-01-01T00:00:00Z"})
	fixture.names(denials) == {"approval-not-live"}
}

test_mismatch if {
	denials := approval.deny with input as fixture.with_values({"/plan/text/approval": "CE-2025-0001"})
	fixture.names(denials) == {"approval-mismatch"}
}

test_no_approval if {
	denials := approval.deny with input as fixture.with_values({"/study/approval/id": "", "/plan/text/approval": ""})
	fixture.names(denials) == {"approval-not-live"}
}

test_missing_date if {
	denials := approval.deny with input as fixture.without("/study/approval/valid_until")
	fixture.names(denials) == {"approval-not-live"}
}

test_missing_now if {
	denials := approval.deny with input as fixture.without("/now")
	fixture.names(denials) == {"approval-not-live"}
}

test_missing_text if {
	denials := approval.deny with input as fixture.without("/plan/text")
	fixture.names(denials) == {"approval-mismatch"}
}
