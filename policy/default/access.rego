# METADATA
# title: Access
# description: Only a person named in the study may ask, in a role that may ask, of a dataset of the study.
package officina.rules.access

import rego.v2

import data.officina.denial

# METADATA
# title: Only persons named in the study may ask
# description: The subject's id must be among the persons of the registered study.
# custom:
#   rule: access-person
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Ask the board to name you in the study.",
) if {
	not named
}

# METADATA
# title: Only researchers may ask
# description: The subject must hold one of the roles that the board lets ask.
# custom:
#   rule: access-role
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Sign in with a role that may submit queries, or ask the board for one.",
) if {
	not has_role
}

# METADATA
# title: A study may ask only the datasets it was given
# description: The dataset must be among those of the registered study.
# custom:
#   rule: access-dataset
#   contact: custodian
deny contains denial.because(
	rego.metadata.rule(),
	"Ask the custodian to add this dataset to the study.",
) if {
	not dataset_given
}

named if input.subject.id in input.study.persons

has_role if {
	some role in input.subject.roles
	role in data.board.roles
}

dataset_given if input.dataset.id in input.study.datasets
