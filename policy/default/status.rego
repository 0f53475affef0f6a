# METADATA
# title: Status
# description: Only an active study may ask; a suspended or closed one may not.
package officina.rules.status

import rego.v2

import data.officina.denial

# METADATA
# title: Only an active study may ask
# description: The study must be registered as active. Suspension takes effect at once.
# custom:
#   rule: study-not-active
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"This study is not active. Ask the board whether it can be resumed.",
) if {
	not input.study.status == "active"
}
