package officina.rules.sensitivity_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.sensitivity

test_quiet if {
	denials := sensitivity.deny with input as fixture.allowed
	denials == set()
}

test_genomic if {
	denials := sensitivity.deny with input as fixture.with_values({"/plan/columns/0/sensitivity": "genomic"})
	fixture.names(denials) == {"genomic-not-permitted"}
}

test_genomic_permitted if {
	denials := sensitivity.deny with input as fixture.with_values({
		"/plan/columns/0/sensitivity": "genomic",
		"/study/permissions/genomic": true,
	})
	denials == set()
}

test_genomic_permission_is_not_true if {
	denials := sensitivity.deny with input as fixture.with_values({
		"/plan/columns/0/sensitivity": "genomic",
		"/study/permissions/genomic": "yes",
	})
	fixture.names(denials) == {"genomic-not-permitted"}
}

test_location if {
	denials := sensitivity.deny with input as fixture.with_values({"/plan/columns/0/sensitivity": "location"})
	fixture.names(denials) == {"location-not-permitted"}
}

test_location_permitted if {
	denials := sensitivity.deny with input as fixture.with_values({
		"/plan/columns/0/sensitivity": "location",
		"/study/permissions/location": true,
	})
	denials == set()
}

test_location_permission_is_not_true if {
	denials := sensitivity.deny with input as fixture.with_values({
		"/plan/columns/0/sensitivity": "location",
		"/study/permissions/location": "yes",
	})
	fixture.names(denials) == {"location-not-permitted"}
}

test_free_text if {
	denials := sensitivity.deny with input as fixture.with_values({"/plan/columns/0/sensitivity": "free-text"})
	fixture.names(denials) == {"free-text-not-permitted"}
}

test_free_text_permitted if {
	denials := sensitivity.deny with input as fixture.with_values({
		"/plan/columns/0/sensitivity": "free-text",
		"/study/permissions/free_text": true,
	})
	denials == set()
}

test_free_text_permission_is_not_true if {
	denials := sensitivity.deny with input as fixture.with_values({
		"/plan/columns/0/sensitivity": "free-text",
		"/study/permissions/free_text": "yes",
	})
	fixture.names(denials) == {"free-text-not-permitted"}
}

test_touches_genomic if {
	denials := sensitivity.deny with input as fixture.with_values({"/plan/touches/genomic": true})
	fixture.names(denials) == {"genomic-not-permitted"}
}

test_touches_location if {
	denials := sensitivity.deny with input as fixture.with_values({"/plan/touches/location": true})
	fixture.names(denials) == {"location-not-permitted"}
}

test_internal if {
	denials := sensitivity.deny with input as fixture.with_values({"/plan/columns/0/sensitivity": "internal"})
	fixture.names(denials) == {"internal-column"}
}

test_unknown_class if {
	denials := sensitivity.deny with input as fixture.with_values({"/plan/columns/0/sensitivity": "secret"})
	fixture.names(denials) == {"unknown-sensitivity"}
}

test_missing_class if {
	denials := sensitivity.deny with input as fixture.without("/plan/columns/0/sensitivity")
	fixture.names(denials) == {
		"genomic-not-permitted", "location-not-permitted", "free-text-not-permitted",
		"internal-column", "unknown-sensitivity",
	}
}

test_missing_columns if {
	denials := sensitivity.deny with input as fixture.without("/plan/columns")
	fixture.names(denials) == {
		"genomic-not-permitted", "location-not-permitted", "free-text-not-permitted",
		"internal-column", "unknown-sensitivity",
	}
}

test_missing_touches if {
	denials := sensitivity.deny with input as fixture.without("/plan/touches")
	fixture.names(denials) == {"genomic-not-permitted", "location-not-permitted"}
}
