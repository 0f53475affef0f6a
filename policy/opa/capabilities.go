package opa

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// banned are the beginnings of the names of built-ins that a policy may not call, beside all that OPA
// marks as nondeterministic: what reaches outside or reads the process, what prints, what evaluates
// text, what parses keys and tokens, and what can fill memory at a stroke.
var banned = []string{
	"http.", "net.", "opa.", "providers.", "rand.", "uuid.", "time.now_ns",
	"print", "internal.print", "trace",
	"rego.parse_module", "json.match_schema", "json.verify_schema", "graphql.",
	"io.jwt.", "crypto.",
	"numbers.range", "strings.render_template", "yaml.",
}

// capabilities are what a policy may use. No host may be reached, not for a schema's $ref either.
func capabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool {
		return b.Nondeterministic || slices.ContainsFunc(banned, func(prefix string) bool {
			return strings.HasPrefix(b.Name, prefix)
		})
	})
	c.AllowNet = []string{} // nil would allow every host
	return c
}
