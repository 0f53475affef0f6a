# METADATA
# title: Modifiers of data use
# description: |
#   Conditions that a dataset adds to its permissions (GA4GH Data Use Ontology). A term that this policy
#   does not know is a denial, since a condition that nobody checked is not met.
package officina.rules.modifiers

import rego.v2

import data.officina.denial

permissions := {"DUO:0000004", "DUO:0000006", "DUO:0000007", "DUO:0000011", "DUO:0000042"}

# Kept by another rule or promised with the study's protocol: publication, ethics approval, return of
# results, clinical care.
kept_elsewhere := {"DUO:0000019", "DUO:0000021", "DUO:0000029", "DUO:0000043"}

# A person must agree, study by study: other restrictions, collaboration, moratorium, time limit, named
# users, named projects, named institutions.
by_hand := {
	"DUO:0000012", "DUO:0000020", "DUO:0000024", "DUO:0000025",
	"DUO:0000026", "DUO:0000027", "DUO:0000028",
}

# METADATA
# title: The dataset's data use conditions must be met
# description: Each DUO term of the dataset must be a permission, or a condition that the study meets.
# custom:
#   rule: condition-not-met
#   contact: custodian
deny contains denial.because(
	rego.metadata.rule(),
	sprintf("The study does not meet %s, a condition of this dataset. Ask the custodian.", [term]),
) if {
	some term in input.dataset.duo
	not startswith(term, "MONDO:")
	not met(term)
}

# METADATA
# title: A dataset must state its data use terms
# description: A dataset without any DUO term permits nothing.
# custom:
#   rule: no-data-use-terms
#   contact: custodian
deny contains denial.because(
	rego.metadata.rule(),
	"Ask the custodian to state the dataset's data use terms.",
) if {
	not count(input.dataset.duo) > 0
}

met(term) if term in permissions

met(term) if term in kept_elsewhere

met(term) if {
	term in by_hand
	input.study.id in data.board.agreed[input.dataset.id]
}

# No general methods research.
met("DUO:0000015") if purpose_without({"DUO:0000031"})

# Genetic studies only.
met("DUO:0000016") if "DUO:0000038" in input.study.purpose

# Not-for-profit organisations and non-commercial use only.
met("DUO:0000018") if {
	not_for_profit
	non_commercial
}

# A region only.
met("DUO:0000022") if {
	count(input.study.recipients) > 0
	every recipient in input.study.recipients {
		recipient.country in data.board.countries
	}
}

# No research into population origins or ancestry.
met("DUO:0000044") if purpose_without({"DUO:0000011", "DUO:0000033"})

# Not-for-profit organisations only.
met("DUO:0000045") if not_for_profit

# Non-commercial use only.
met("DUO:0000046") if non_commercial

purpose_without(terms) if {
	count(input.study.purpose) > 0
	every term in input.study.purpose {
		not term in terms
	}
}

not_for_profit if {
	count(input.study.recipients) > 0
	every recipient in input.study.recipients {
		recipient.kind in {"public", "not-for-profit"}
	}
}

non_commercial if {
	count(input.study.uses) > 0
	every use in input.study.uses {
		use != "product-development"
	}
	purpose_without({"DUO:0000039"})
}
