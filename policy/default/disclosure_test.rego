package officina.disclosure_test

import rego.v2

import data.officina.disclosure
import data.officina.fixture_test as fixture

test_ordinary if {
	terms := disclosure.terms with input as fixture.allowed
	terms.min_cell == 10
	terms.round_to == 5
	terms.dimensions == 4
	terms.kinds == {"attrition", "count", "table"}
	terms.review == "none"
}

test_stricter[path] if {
	some path, value in {
		"/plan/touches/genomic": true,
		"/plan/touches/location": true,
		"/plan/touches/free_date": true,
		"/plan/topics": ["hiv"],
		"/plan/smallest_age_band": 1,
	}
	terms := disclosure.terms with input as fixture.with_values({path: value})
	terms.min_cell == 15
}

test_no_age_bands_is_not_fine if {
	terms := disclosure.terms with input as fixture.with_values({"/plan/smallest_age_band": 0})
	terms.min_cell == 10
}

test_missing_facts_are_strict[path] if {
	some path in ["/plan/touches", "/plan/touches/free_date", "/plan/topics", "/plan/smallest_age_band"]
	terms := disclosure.terms with input as fixture.without(path)
	terms.min_cell == 15
}

test_the_largest_holds if {
	terms := disclosure.terms with input as fixture.with_values({
		"/plan/touches/genomic": true,
		"/plan/topics": ["hiv"],
	})
		with data.board.min_cell as {"genomic": 12, "protected": 30}
	terms.min_cell == 30
}

test_stricter_never_loosens if {
	terms := disclosure.terms with input as fixture.with_values({"/plan/touches/genomic": true})
		with data.board.min_cell.genomic as 3
	terms.min_cell == 10
}

test_missing_minimum_leaves_terms_undefined if {
	changed := fixture.with_values({"/plan/touches/genomic": true})
	not disclosure.terms with input as changed with data.board.min_cell as {}
}
