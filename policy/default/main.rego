# METADATA
# title: Decision
# description: |
#   Collects every denial of every rule and the terms of release. A new rule is a new package below
#   officina.rules with a set named deny; nothing here changes.
package officina.main

import rego.v2

# METADATA
# title: Decision
# description: What the enclave asks for.
# entrypoint: true
decision := {
	"allow": allow,
	"denials": denials,
	"terms": data.officina.disclosure.terms,
}

default allow := false

allow if count(denials) == 0

denials contains denial if some denial in data.officina.rules[_].deny
