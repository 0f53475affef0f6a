package officina.rules.prohibited_purposes_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.prohibited_purposes

test_quiet if {
	denials := prohibited_purposes.deny with input as fixture.allowed
	denials == set()
}

test_individual_decisions if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": ["research", "individual-decisions"]})
	fixture.names(denials) == {"prohibited-use"}
}

test_employment if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": ["research", "employment"]})
	fixture.names(denials) == {"prohibited-use"}
}

test_insurance if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": ["research", "insurance"]})
	fixture.names(denials) == {"prohibited-use"}
}

test_credit if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": ["research", "credit"]})
	fixture.names(denials) == {"prohibited-use"}
}

test_marketing if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": ["research", "marketing"]})
	fixture.names(denials) == {"prohibited-use"}
}

test_harmful_products if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": ["research", "harmful-products"]})
	fixture.names(denials) == {"prohibited-use"}
}

test_unethical if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": ["research", "unethical"]})
	fixture.names(denials) == {"prohibited-use"}
}

test_recipient_insurer if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/recipients/0/kind": "insurer"})
	fixture.names(denials) == {"prohibited-recipient"}
}

test_recipient_employer if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/recipients/0/kind": "employer"})
	fixture.names(denials) == {"prohibited-recipient"}
}

test_recipient_lender if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/recipients/0/kind": "lender"})
	fixture.names(denials) == {"prohibited-recipient"}
}

test_recipient_advertiser if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/recipients/0/kind": "advertiser"})
	fixture.names(denials) == {"prohibited-recipient"}
}

test_recipient_data_broker if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/recipients/0/kind": "data-broker"})
	fixture.names(denials) == {"prohibited-recipient"}
}

test_recipient_unknown if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/recipients/0/kind": "unknown"})
	fixture.names(denials) == {"prohibited-recipient"}
}

test_unknown_use if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": ["curiosity"]})
	fixture.names(denials) == {"use-not-permitted"}
}

test_no_use if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/uses": []})
	fixture.names(denials) == {"use-not-permitted"}
}

test_no_recipient if {
	denials := prohibited_purposes.deny with input as fixture.with_values({"/study/recipients": []})
	fixture.names(denials) == {"prohibited-recipient"}
}

test_missing_uses if {
	denials := prohibited_purposes.deny with input as fixture.without("/study/uses")
	fixture.names(denials) == {"prohibited-use", "use-not-permitted"}
}

test_missing_kind if {
	denials := prohibited_purposes.deny with input as fixture.without("/study/recipients/0/kind")
	fixture.names(denials) == {"prohibited-recipient"}
}

test_data_cannot_permit_it if {
	changed := fixture.with_values({"/study/uses": ["marketing"]})
	denials := prohibited_purposes.deny with input as changed with data.board as {"uses": ["marketing"]}
	fixture.names(denials) == {"prohibited-use"}
}
