# METADATA
# title: Dimensions
# description: The more dimensions a table has, the fewer persons share a cell; delicate columns allow fewer.
package officina.rules.max_dimensions

import rego.v2

import data.officina.denial

# METADATA
# title: A report may have only so many dimensions
# description: The limit depends on the most delicate class that the plan touches.
# custom:
#   rule: too-many-dimensions
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Ask for a table with fewer dimensions.",
) if {
	not within
}

within if {
	is_number(input.plan.dimensions) # null would be smaller than any number
	input.plan.dimensions <= limit
}

# METADATA
# title: Limit
# description: The smallest limit of those that apply; undefined, and so a denial, when the board's data lack one.
limit := min({data.board.dimensions[touch] | some touch in applies}) if {
	every touch in applies {
		is_number(data.board.dimensions[touch])
	}
}

applies contains "ordinary"

applies contains "location" if not input.plan.touches.location == false

applies contains "genomic" if not input.plan.touches.genomic == false
