package officina.rules.protected_topics_test

import rego.v2

import data.officina.fixture_test as fixture
import data.officina.rules.protected_topics

test_quiet if {
	denials := protected_topics.deny with input as fixture.allowed
	denials == set()
}

test_not_permitted if {
	denials := protected_topics.deny with input as fixture.with_values({"/plan/topics": ["hiv"]})
	fixture.names(denials) == {"topic-not-permitted"}
}

test_another_permitted if {
	denials := protected_topics.deny with input as fixture.with_values({
		"/plan/topics": ["hiv", "addiction"],
		"/study/permissions/topics": ["hiv"],
	})
	fixture.names(denials) == {"topic-not-permitted"}
}

test_permitted if {
	denials := protected_topics.deny with input as fixture.with_values({
		"/plan/topics": ["hiv"],
		"/study/permissions/topics": ["hiv"],
	})
	denials == set()
}

test_missing if {
	denials := protected_topics.deny with input as fixture.without("/plan/topics")
	fixture.names(denials) == {"topic-not-permitted"}
}
