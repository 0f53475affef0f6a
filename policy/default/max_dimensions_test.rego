package officina.rules.max_dimensions_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.max_dimensions

limits := {"ordinary": 4, "location": 3, "genomic": 2}

test_quiet if {
	denials := max_dimensions.deny with input as fixture.allowed
	denials == set()
}

test_board if {
	denials := max_dimensions.deny with input as fixture.with_values({"/plan/dimensions": data.board.dimensions.ordinary + 1})
	fixture.names(denials) == {"too-many-dimensions"}
}

test_ordinary if {
	denials := max_dimensions.deny with input as fixture.with_values({"/plan/dimensions": 4})
		with data.board.dimensions as limits
	denials == set()
}

test_too_many if {
	denials := max_dimensions.deny with input as fixture.with_values({"/plan/dimensions": 5})
		with data.board.dimensions as limits
	fixture.names(denials) == {"too-many-dimensions"}
}

test_genomic if {
	denials := max_dimensions.deny with input as fixture.with_values({"/plan/dimensions": 3, "/plan/touches/genomic": true})
		with data.board.dimensions as limits
	fixture.names(denials) == {"too-many-dimensions"}
}

test_genomic_within if {
	denials := max_dimensions.deny with input as fixture.with_values({"/plan/dimensions": 2, "/plan/touches/genomic": true})
		with data.board.dimensions as limits
	denials == set()
}

test_location if {
	denials := max_dimensions.deny with input as fixture.with_values({"/plan/dimensions": 4, "/plan/touches/location": true})
		with data.board.dimensions as limits
	fixture.names(denials) == {"too-many-dimensions"}
}

test_missing if {
	denials := max_dimensions.deny with input as fixture.without("/plan/dimensions")
	fixture.names(denials) == {"too-many-dimensions"}
}

test_missing_touches_is_strict if {
	smallest := max_dimensions.limit with input as fixture.without("/plan/touches")
		with data.board.dimensions as limits
	smallest == limits.genomic
}

test_missing_limit_denies if {
	denials := max_dimensions.deny with input as fixture.allowed with data.board.dimensions as {}
	fixture.names(denials) == {"too-many-dimensions"}
}
