package officina.denial_test

import rego.v2

import data.officina.denial

meta(contact) := {"title": "A title", "custom": {"rule": "a-rule", "contact": contact}}

test_custodian if {
	words := denial.because(meta("custodian"), "Do this.") with input as {"dataset": {"custodian": {"contact": "c@example.org"}}}
	words == {"rule": "a-rule", "title": "A title", "message": "Do this.", "contact": "c@example.org"}
}

test_board if {
	words := denial.because(meta("board"), "Do this.") with input as {} with data.board.contact as "b@example.org"
	words.contact == "b@example.org"
}

test_defined_without_contact if {
	words := denial.because(meta("custodian"), "Do this.") with input as {}
	words.contact == "your ethics board"
}

test_defined_for_unknown_contact if {
	words := denial.because(meta("nobody"), "Do this.") with input as {}
	words.contact == "your ethics board"
}
