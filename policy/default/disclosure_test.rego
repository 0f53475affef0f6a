package officina.disclosure_test

import rego.v2

import data.officina.disclosure
import data.officina.fixture_test as fixture

test_ordinary if {
	terms := disclosure.terms with input as fixture.allowed
	terms == object.union(data.board.terms, {
		"kinds": {kind | some kind in data.board.kinds},
		"dimensions": data.board.dimensions.ordinary,
	})
}

minimums := {"genomic": 11, "location": 12, "free_date": 13, "protected": 14, "fine_age": 15}

# What a plan touches, and the minimum of those above that it brings.
delicate := {
	"/plan/touches/genomic": {"value": true, "min_cell": 11},
	"/plan/touches/location": {"value": true, "min_cell": 12},
	"/plan/touches/free_date": {"value": true, "min_cell": 13},
	"/plan/topics": {"value": ["hiv"], "min_cell": 14},
	"/plan/smallest_age_band": {"value": 1, "min_cell": 15},
}

test_stricter[path] if {
	some path, expected in delicate
	terms := disclosure.terms with input as fixture.with_values({path: expected.value})
		with data.board.terms.min_cell as 10
		with data.board.min_cell as minimums
	terms.min_cell == expected.min_cell
}

test_missing_facts_are_strict[path] if {
	some path, expected in delicate
	terms := disclosure.terms with input as fixture.without(path)
		with data.board.terms.min_cell as 10
		with data.board.min_cell as minimums
	terms.min_cell == expected.min_cell
}

test_missing_touches_is_strict if {
	terms := disclosure.terms with input as fixture.without("/plan/touches")
		with data.board.terms.min_cell as 10
		with data.board.min_cell as minimums
	terms.min_cell == 13
}

test_no_age_bands_is_not_fine if {
	terms := disclosure.terms with input as fixture.with_values({"/plan/smallest_age_band": 0})
	terms.min_cell == data.board.terms.min_cell
}

test_bands_of_five_years_are_not_fine if {
	terms := disclosure.terms with input as fixture.with_values({"/plan/smallest_age_band": 5})
	terms.min_cell == data.board.terms.min_cell
}

test_the_largest_holds if {
	terms := disclosure.terms with input as fixture.with_values({
		"/plan/touches/genomic": true,
		"/plan/topics": ["hiv"],
	})
		with data.board.terms.min_cell as 10
		with data.board.min_cell as {"genomic": 12, "protected": 30}
	terms.min_cell == 30
}

test_stricter_never_loosens if {
	terms := disclosure.terms with input as fixture.with_values({"/plan/touches/genomic": true})
		with data.board.terms.min_cell as 10
		with data.board.min_cell.genomic as 3
	terms.min_cell == 10
}

test_missing_minimum_leaves_terms_undefined if {
	changed := fixture.with_values({"/plan/touches/genomic": true})
	not disclosure.terms with input as changed with data.board.min_cell as {}
}
