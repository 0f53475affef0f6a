# METADATA
# title: Approval
# description: A study needs a live approval of an ethics committee, and its text must name that approval.
package officina.rules.approval

import rego.v2

import data.officina.denial

# METADATA
# title: A study needs a live ethics approval
# description: The approval's last day, in UTC, must not be over.
# custom:
#   rule: approval-not-live
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"The study's approval is over or missing. Ask the board to renew it.",
) if {
	not live
}

# METADATA
# title: The query must name the study's approval
# description: The approval in the query text must be the registered one.
# custom:
#   rule: approval-mismatch
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Write the approval of the registered study in the query's study line.",
) if {
	not input.plan.text.approval == input.study.approval.id
}

live if {
	is_string(input.study.approval.id)
	input.study.approval.id != ""
	substring(input.now, 0, 10) <= input.study.approval.valid_until
}
