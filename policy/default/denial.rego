# METADATA
# title: Denial
# description: |
#   Words of a denial. A denial must never be undefined, since a denial that is undefined does not deny:
#   what may be missing has a word in its place.
package officina.denial

import rego.v2

# METADATA
# title: Denial of a rule
# description: meta is rego.metadata.rule() of the rule that denies; message says what to do.
because(meta, message) := {
	"rule": meta.custom.rule,
	"title": meta.title,
	"message": message,
	"contact": object.get(contacts, meta.custom.contact, "your ethics board"),
}

contacts["custodian"] := input.dataset.custodian.contact

contacts["board"] := data.board.contact
