package officina.rules.modifiers_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.modifiers

test_quiet if {
	denials := modifiers.deny with input as fixture.allowed
	denials == set()
}

test_duo_19_kept_elsewhere if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000019"]})
	denials == set()
}

test_duo_21_kept_elsewhere if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000021"]})
	denials == set()
}

test_duo_29_kept_elsewhere if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000029"]})
	denials == set()
}

test_duo_43_kept_elsewhere if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000043"]})
	denials == set()
}

test_duo_12_by_hand if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000012"]})
		with data.board.agreed as {}
	fixture.names(denials) == {"condition-not-met"}
}

test_duo_20_by_hand if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000020"]})
		with data.board.agreed as {}
	fixture.names(denials) == {"condition-not-met"}
}

test_duo_24_by_hand if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000024"]})
		with data.board.agreed as {}
	fixture.names(denials) == {"condition-not-met"}
}

test_duo_25_by_hand if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000025"]})
		with data.board.agreed as {}
	fixture.names(denials) == {"condition-not-met"}
}

test_duo_26_by_hand if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000026"]})
		with data.board.agreed as {}
	fixture.names(denials) == {"condition-not-met"}
}

test_duo_27_by_hand if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000027"]})
		with data.board.agreed as {}
	fixture.names(denials) == {"condition-not-met"}
}

test_duo_28_by_hand if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000028"]})
		with data.board.agreed as {}
	fixture.names(denials) == {"condition-not-met"}
}

test_agreed_by_hand if {
	changed := fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000027"]})
	denials := modifiers.deny with input as changed
		with data.board.agreed as {"diabetes-network": ["diabetes-1"]}
	denials == set()
}

test_agreed_for_another_dataset if {
	changed := fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000027"]})
	denials := modifiers.deny with input as changed
		with data.board.agreed as {"oncology": ["diabetes-1"]}
	fixture.names(denials) == {"condition-not-met"}
}

test_no_methods if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000015"]})
	denials == set()
}

test_no_methods_denied if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000015"], "/study/purpose": ["DUO:0000031"]})
	fixture.names(denials) == {"condition-not-met"}
}

test_genetic_only if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000016"]})
	fixture.names(denials) == {"condition-not-met"}
}

test_genetic_only_met if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000016"], "/study/purpose": ["DUO:0000038"]})
	denials == set()
}

test_not_for_profit if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000018"]})
	denials == set()
}

test_not_for_profit_organisation if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000018"], "/study/recipients/0/kind": "commercial"})
	fixture.names(denials) == {"condition-not-met"}
}

test_not_for_profit_use if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000018"], "/study/uses": ["product-development"]})
	fixture.names(denials) == {"condition-not-met"}
}

test_not_for_profit_drug_development if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000018"], "/study/purpose": ["DUO:0000039"]})
	fixture.names(denials) == {"condition-not-met"}
}

test_region if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000022"]})
		with data.board.countries as ["IT"]
	denials == set()
}

test_region_denied if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000022"], "/study/recipients/0/country": "US"})
		with data.board.countries as ["IT"]
	fixture.names(denials) == {"condition-not-met"}
}

test_no_ancestry if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000044"]})
	denials == set()
}

test_no_ancestry_denied if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000044"], "/study/purpose": ["DUO:0000033"]})
	fixture.names(denials) == {"condition-not-met"}
}

test_organisation if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000045"], "/study/uses": ["product-development"]})
	denials == set()
}

test_organisation_denied if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000045"], "/study/recipients/0/kind": "commercial"})
	fixture.names(denials) == {"condition-not-met"}
}

test_non_commercial if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000046"], "/study/recipients/0/kind": "commercial"})
	denials == set()
}

test_non_commercial_denied if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:0000046"], "/study/uses": ["product-development"]})
	fixture.names(denials) == {"condition-not-met"}
}

test_unknown_condition if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": ["DUO:0000042", "DUO:9999999"]})
	fixture.names(denials) == {"condition-not-met"}
}

test_no_terms if {
	denials := modifiers.deny with input as fixture.with_values({"/dataset/duo": []})
	fixture.names(denials) == {"no-data-use-terms"}
}

test_missing_terms if {
	denials := modifiers.deny with input as fixture.without("/dataset/duo")
	fixture.names(denials) == {"no-data-use-terms"}
}

test_missing_recipients if {
	changed := json.remove(fixture.with_values({"/dataset/duo": ["DUO:0000018"]}), ["/study/recipients"])
	denials := modifiers.deny with input as changed
	fixture.names(denials) == {"condition-not-met"}
}
