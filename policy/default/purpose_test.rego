package officina.rules.purpose_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.purpose

test_quiet if {
	denials := purpose.deny with input as fixture.allowed
	denials == set()
}

test_text_claims_less if {
	denials := purpose.deny with input as fixture.with_values({"/plan/text/purpose": ["DUO:0000007"]})
	fixture.names(denials) == {"study-mismatch"}
}

test_text_claims_more if {
	denials := purpose.deny with input as fixture.with_values({"/plan/text/purpose": ["DUO:0000007", "DUO:0000042", "MONDO:0005148"]})
	fixture.names(denials) == {"study-mismatch"}
}

test_text_order_is_free if {
	denials := purpose.deny with input as fixture.with_values({"/plan/text/purpose": ["MONDO:0005148", "DUO:0000007"]})
	denials == set()
}

test_no_restriction if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000004"],
		"/study/purpose": ["DUO:0000011"],
		"/plan/text/purpose": ["DUO:0000011"],
	})
	denials == set()
}

test_general_use if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000042"],
		"/study/purpose": ["DUO:0000031"],
		"/plan/text/purpose": ["DUO:0000031"],
	})
	denials == set()
}

test_health_use if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000006"],
		"/study/purpose": ["DUO:0000037"],
		"/plan/text/purpose": ["DUO:0000037"],
	})
	denials == set()
}

test_health_excludes_ancestry if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000006"],
		"/study/purpose": ["DUO:0000033"],
		"/plan/text/purpose": ["DUO:0000033"],
	})
	fixture.names(denials) == {"purpose-not-permitted"}
}

test_health_excludes_general if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000006"],
		"/study/purpose": ["DUO:0000042"],
		"/plan/text/purpose": ["DUO:0000042"],
	})
	fixture.names(denials) == {"purpose-not-permitted"}
}

test_ancestry_only if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000011"],
		"/study/purpose": ["DUO:0000037"],
		"/plan/text/purpose": ["DUO:0000037"],
	})
	fixture.names(denials) == {"purpose-not-permitted"}
}

test_each_term_must_be_permitted if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000006"],
		"/study/purpose": ["DUO:0000037", "DUO:0000033"],
		"/plan/text/purpose": ["DUO:0000037", "DUO:0000033"],
	})
	fixture.names(denials) == {"purpose-not-permitted"}
}

test_no_term if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000042"],
		"/study/purpose": [],
		"/plan/text/purpose": [],
	})
	fixture.names(denials) == {"disease-missing", "purpose-not-permitted"}
}

test_disease_missing if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000042"],
		"/study/purpose": ["DUO:0000007"],
		"/plan/text/purpose": ["DUO:0000007"],
	})
	fixture.names(denials) == {"disease-missing"}
}

test_specific_dataset_permits_nothing_else if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000007"],
		"/study/purpose": ["DUO:0000037"],
		"/plan/text/purpose": ["DUO:0000037"],
	})
	fixture.names(denials) == {"purpose-not-permitted"}
}

diseases := {"MONDO:0005015": ["MONDO:0005147", "MONDO:0005148"]}

test_same_disease if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000007", "MONDO:0005148"],
		"/study/purpose": ["DUO:0000007", "MONDO:0005148"],
		"/plan/text/purpose": ["DUO:0000007", "MONDO:0005148"],
	})
	denials == set()
}

test_wider_disease_listed if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000007", "MONDO:0005015"],
		"/study/purpose": ["DUO:0000007", "MONDO:0005148"],
		"/plan/text/purpose": ["DUO:0000007", "MONDO:0005148"],
	})
		with data.board.diseases as diseases
	denials == set()
}

test_other_disease if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000007", "MONDO:0007254"],
		"/study/purpose": ["DUO:0000007", "MONDO:0005148"],
		"/plan/text/purpose": ["DUO:0000007", "MONDO:0005148"],
	})
		with data.board.diseases as diseases
	fixture.names(denials) == {"disease-not-permitted"}
}

test_one_of_two_diseases if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000007", "MONDO:0005148"],
		"/study/purpose": ["DUO:0000007", "MONDO:0005148", "MONDO:0007254"],
		"/plan/text/purpose": ["DUO:0000007", "MONDO:0005148", "MONDO:0007254"],
	})
		with data.board.diseases as diseases
	fixture.names(denials) == {"disease-not-permitted"}
}

test_narrower_disease_listed if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000007", "MONDO:0005148"],
		"/study/purpose": ["DUO:0000007", "MONDO:0005015"],
		"/plan/text/purpose": ["DUO:0000007", "MONDO:0005015"],
	})
		with data.board.diseases as diseases
	fixture.names(denials) == {"disease-not-permitted"}
}

test_unknown_purpose if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000004"],
		"/study/purpose": ["DUO:9999999", "MONDO:0005148"],
		"/plan/text/purpose": ["DUO:9999999", "MONDO:0005148"],
	})
	fixture.names(denials) == {"purpose-not-permitted"}
}

test_missing_duo if {
	denials := purpose.deny with input as fixture.without("/dataset/duo")
	fixture.names(denials) == {"purpose-not-permitted"}
}

test_missing_purpose if {
	denials := purpose.deny with input as fixture.without("/study/purpose")
	fixture.names(denials) == {"disease-missing", "purpose-not-permitted", "study-mismatch"}
}

test_ancestry_beside_a_disease if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000011", "DUO:0000007", "MONDO:0005148"],
		"/study/purpose": ["DUO:0000011"],
		"/plan/text/purpose": ["DUO:0000011"],
	})
	denials == set()
}

test_ancestry_does_not_widen_diseases if {
	denials := purpose.deny with input as fixture.with_values({
		"/dataset/duo": ["DUO:0000011", "DUO:0000007", "MONDO:0007254"],
		"/study/purpose": ["DUO:0000007", "MONDO:0005148"],
		"/plan/text/purpose": ["DUO:0000007", "MONDO:0005148"],
	})
		with data.board.diseases as diseases
	fixture.names(denials) == {"disease-not-permitted"}
}
