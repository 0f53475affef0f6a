# METADATA
# title: Kinds of report
# description: Each kind of report must be one that the board lets the study have.
package officina.rules.kinds

import rego.v2

import data.officina.denial

# METADATA
# title: Only the kinds of report that the study was given
# description: Every kind asked for must be in the study's list and in the board's list.
# custom:
#   rule: kind-not-allowed
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Ask only for kinds of report that the study has, or ask the board for more.",
) if {
	not every_kind_given
}

every_kind_given if {
	count(input.plan.kinds) > 0
	every kind in input.plan.kinds {
		kind in allowed
	}
}

# METADATA
# title: Kinds that may leave
# description: What both the board and the study allow.
allowed contains kind if {
	some kind in input.study.kinds
	kind in data.board.kinds
}
