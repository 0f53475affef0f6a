# METADATA
# title: Purpose
# description: |
#   The registered purpose must be permitted by the dataset's data use terms (GA4GH Data Use Ontology,
#   https://github.com/EBISPOT/DUO), and the query text must claim exactly that purpose.
package officina.rules.purpose

import rego.v2

import data.officina.denial

# What each data use permission permits, as DUO defines them. Health research excludes the study of
# population origins (DUO:0000011, DUO:0000033).
permits["DUO:0000004"] := any_research | {"DUO:0000004"} # no restriction

permits["DUO:0000042"] := any_research # general research use

permits["DUO:0000006"] := health_research # health, medical or biomedical

permits["DUO:0000007"] := disease_research # disease specific

permits["DUO:0000011"] := {"DUO:0000011", "DUO:0000033"} # population origins or ancestry

disease_research := {"DUO:0000007", "DUO:0000036"}

health_research := disease_research | {
	"DUO:0000006", # health, medical or biomedical
	"DUO:0000034", # age category
	"DUO:0000035", # gender category
	"DUO:0000037", # biomedical
	"DUO:0000038", # genetic
	"DUO:0000039", # drug development
}

any_research := health_research | {
	"DUO:0000011", # population origins or ancestry
	"DUO:0000031", # methods
	"DUO:0000032", # population
	"DUO:0000033", # ancestry
	"DUO:0000042", # general
}

# METADATA
# title: The query must state the registered purpose
# description: The purpose in the query text must be that of the registered study, no more and no less.
# custom:
#   rule: study-mismatch
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Write the purpose of the registered study in the query's study line.",
) if {
	not claimed == registered
}

# METADATA
# title: The dataset must permit the study's purpose
# description: Each DUO term of the purpose must be permitted by one of the dataset's permissions.
# custom:
#   rule: purpose-not-permitted
#   contact: custodian
deny contains denial.because(
	rego.metadata.rule(),
	"The dataset's data use terms do not permit this purpose. Ask the custodian.",
) if {
	not purpose_permitted
}

# METADATA
# title: Disease-specific research must name its disease
# description: DUO:0000007 needs a MONDO term in the registered purpose.
# custom:
#   rule: disease-missing
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Ask the board to register the disease of the study as a MONDO term.",
) if {
	not disease_named
}

# METADATA
# title: The dataset is for other diseases
# description: Where only disease-specific use is permitted and diseases are listed, the study's must be among them.
# custom:
#   rule: disease-not-permitted
#   contact: custodian
deny contains denial.because(
	rego.metadata.rule(),
	"The dataset may be used for other diseases only. Ask the custodian.",
) if {
	not disease_permitted
}

registered := {term | some term in input.study.purpose}

claimed := {term | some term in input.plan.text.purpose}

research := {term | some term in registered; startswith(term, "DUO:")}

diseases := {term | some term in registered; startswith(term, "MONDO:")}

purpose_permitted if {
	count(research) > 0
	every term in research {
		permitted(term)
	}
}

permitted(term) if {
	some use in input.dataset.duo
	term in permits[use]
}

disease_named if count(diseases) > 0

disease_named if other_research

other_research if {
	count(research) > 0
	count(research & disease_research) == 0
}

disease_permitted if other_research

# One of the permissions is about no disease in particular.
disease_permitted if {
	some use in input.dataset.duo
	use in {"DUO:0000004", "DUO:0000006", "DUO:0000042"}
}

disease_permitted if count(listed) == 0

disease_permitted if {
	count(diseases) > 0
	every disease in diseases {
		disease in listed_and_below
	}
}

listed contains term if {
	some term in input.dataset.duo
	startswith(term, "MONDO:")
}

listed_and_below contains term if some term in listed

listed_and_below contains term if {
	some wider in listed
	some term in data.board.diseases[wider]
}
