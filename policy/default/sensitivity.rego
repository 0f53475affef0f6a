# METADATA
# title: Sensitivity
# description: Genomic, location and free-text columns need the study's permission; internal ones are never read.
package officina.rules.sensitivity

import rego.v2

import data.officina.denial

# METADATA
# title: Genomic data need their own permission
# description: Genetic data are a special category (GDPR Art. 9).
# custom:
#   rule: genomic-not-permitted
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Leave out the genomic columns, or ask the board for the permission.",
) if {
	not without("genomic")
	not input.study.permissions.genomic == true
}

# METADATA
# title: Locations need their own permission
# description: Where a person lives tells who the person is.
# custom:
#   rule: location-not-permitted
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Leave out the location columns, or ask the board for the permission.",
) if {
	not without("location")
	not input.study.permissions.location == true
}

# METADATA
# title: Free text needs its own permission
# description: Free text may name persons.
# custom:
#   rule: free-text-not-permitted
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Leave out the free-text columns, or ask the board for the permission.",
) if {
	not without("free-text")
	not input.study.permissions.free_text == true
}

# METADATA
# title: Internal columns are never read by a query
# description: Consent and the like are there for policy itself.
# custom:
#   rule: internal-column
#   contact: custodian
deny contains denial.because(
	rego.metadata.rule(),
	"Leave out the internal columns.",
) if {
	not without("internal")
}

# METADATA
# title: The plan's columns are known
# description: A column whose class is not known counts as forbidden.
# custom:
#   rule: unknown-sensitivity
#   contact: custodian
deny contains denial.because(
	rego.metadata.rule(),
	"Ask the custodian to give each column of the catalog a sensitivity.",
) if {
	not all_known
}

# without(class): it is certain that no column of the class is read.
without(class) if {
	every column in input.plan.columns {
		column.sensitivity != class
	}
	not touched(class)
}

touched("genomic") if not input.plan.touches.genomic == false

touched("location") if not input.plan.touches.location == false

all_known if {
	every column in input.plan.columns {
		column.sensitivity in {"plain", "quasi", "sensitive", "location", "genomic", "free-text", "internal"}
	}
}
