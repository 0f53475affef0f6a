# METADATA
# title: Disclosure
# description: The terms under which an answer may leave; stricter where the plan touches delicate things.
package officina.disclosure

import rego.v2

# METADATA
# title: Terms
# description: The board's terms, the kinds of report of the study, and the larger minimum cells that apply.
terms := object.union(data.board.terms, {
	"min_cell": min_cell,
	"kinds": data.officina.rules.kinds.allowed,
	"dimensions": data.officina.rules.max_dimensions.limit,
})

# Undefined, and so a denial, when the board's data lack a reason that applies.
min_cell := max({data.board.terms.min_cell} | {data.board.min_cell[reason] | some reason in reasons}) if {
	every reason in reasons {
		is_number(data.board.min_cell[reason])
	}
}

reasons contains "genomic" if not input.plan.touches.genomic == false

reasons contains "location" if not input.plan.touches.location == false

reasons contains "free_date" if not input.plan.touches.free_date == false

reasons contains "protected" if not count(input.plan.topics) == 0

reasons contains "fine_age" if not coarse_age

coarse_age if input.plan.smallest_age_band == 0

coarse_age if input.plan.smallest_age_band >= 5
