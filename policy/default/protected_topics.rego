# METADATA
# title: Protected topics
# description: Topics with special legal protection, such as HIV, need the study's permission for that topic.
package officina.rules.protected_topics

import rego.v2

import data.officina.denial

# METADATA
# title: A protected topic needs its own permission
# description: The catalog says which codes belong to a topic; the study must name the topic.
# custom:
#   rule: topic-not-permitted
#   contact: board
deny contains denial.because(
	rego.metadata.rule(),
	"Leave out the codes of protected topics, or ask the board for the permission.",
) if {
	not every_topic_permitted
}

every_topic_permitted if {
	every topic in input.plan.topics {
		topic in input.study.permissions.topics
	}
}
