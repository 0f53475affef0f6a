# METADATA
# title: Prohibited purposes
# description: |
#   Regulation (EU) 2025/327 (European Health Data Space): a use must be one of those that Article 53
#   permits, and none that Article 54 prohibits. These lists are law, so they are not in data.yaml.
package officina.rules.prohibited_purposes

import rego.v2

import data.officina.denial

permitted_uses := {
	"public-health", # Art. 53(1)(a)
	"policy-making", # (b)
	"statistics", # (c)
	"education", # (d)
	"research", # (e)
	"product-development", # (e)(i)
	"care", # (f)
}

prohibited_uses := {
	"individual-decisions", # Art. 54(a)
	"employment", # (b)
	"insurance", # (b)
	"credit", # (b)
	"marketing", # (c)
	"harmful-products", # (d)
	"unethical", # (e)
}

permitted_recipients := {"public", "not-for-profit", "commercial"}

prohibited_recipients := {"insurer", "employer", "lender", "advertiser", "data-broker"}

# METADATA
# title: Some uses of health data are prohibited by law
# description: EHDS Art. 54, such as insurance, employment, credit and marketing. Nobody can permit them.
# custom:
#   rule: prohibited-use
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"This use cannot be permitted. The study must be registered for another one.",
) if {
	not no_prohibited_use
}

# METADATA
# title: A study's uses must be among those the law permits
# description: EHDS Art. 53; a study without any use, or with a use that is not listed, is denied.
# custom:
#   rule: use-not-permitted
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Ask the board to register the study's uses with the words of EHDS Art. 53.",
) if {
	not every_use_permitted
}

# METADATA
# title: Some recipients may never receive results about health data
# description: Insurers, employers, lenders, advertisers and data brokers, since their use falls under EHDS Art. 54.
# custom:
#   rule: prohibited-recipient
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Ask the board to correct the study's recipients.",
) if {
	not every_recipient_permitted
}

no_prohibited_use if {
	every use in input.study.uses {
		not use in prohibited_uses
	}
}

every_use_permitted if {
	count(input.study.uses) > 0
	every use in input.study.uses {
		use in (permitted_uses | prohibited_uses)
	}
}

every_recipient_permitted if {
	count(input.study.recipients) > 0
	every recipient in input.study.recipients {
		recipient.kind in permitted_recipients
		not recipient.kind in prohibited_recipients
	}
}
