package lint

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
)

// Every message of the linter is here, one function each; docs/lint.md has an example of every code.

func warn(code string, at diag.Span, message, hint string) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Severity: diag.Warning, Span: at, Message: message, Hints: []string{hint}}
}

func contradiction(at diag.Span, first diag.Span, what string) diag.Diagnostic {
	d := warn("contradiction", at, "nobody passes this rule and the one before it about the same: "+what, "correct one of them, or use `any of (…)` where either may hold")
	if first != at {
		d.Related = []diag.Related{{Span: first, Message: "the rule before"}}
		return d
	}
	d.Message = "nobody passes this rule: " + what
	return d
}

func unreachable(at diag.Span) diag.Diagnostic {
	return warn("unreachable", at, "nobody is left when this rule is reached", "correct the rule before that nobody passes")
}

func noEffect(at, first diag.Span) diag.Diagnostic {
	d := warn("no-effect", at, "everybody who is left passes this rule", "leave it out, or correct it")
	if first != at {
		d.Related = []diag.Related{{Span: first, Message: "this rule decided it"}}
	}
	return d
}

func emptyWindow(at diag.Span, from, to string) diag.Diagnostic {
	return warn("empty-window", at, fmt.Sprintf("no event starts in this time: it begins with %s and ends with %s", from, to), "exchange the ends, or correct the lengths")
}

func unusedName(at diag.Span, what, name string) diag.Diagnostic {
	return warn("unused", at, fmt.Sprintf("nothing uses the %s `%s`", what, name), "use it, or leave it out")
}

func unknownStays(at diag.Span, what string) diag.Diagnostic {
	return warn("unknown-stays", at, "persons stay of whom it is not recorded whether this holds: it depends on "+what,
		"if they shall leave, write `include … is known` before it; if they shall stay, write `exclude (… is known and …)`")
}

func noUnit(at diag.Span, source string) diag.Diagnostic {
	return warn("no-unit", at, fmt.Sprintf("the catalog gives the values of `%s` no unit, so nothing tells what this threshold is measured in", source),
		"ask the custodian for the unit, or name codes that have one")
}

func excludedFindings(at diag.Span, source, column, value string) diag.Diagnostic {
	return warn("excluded-findings", at, fmt.Sprintf("these events of `%s` include those whose %s is \"%s\": findings that a person does not have", source, column, value),
		fmt.Sprintf("add `where (%s != \"%s\")`, or name the values that count", column, value))
}

func openEnd(at diag.Span, source string) diag.Diagnostic {
	return warn("open-end", at, fmt.Sprintf("an event of `%s` without an end counts as still under way, however old it is", source),
		"say when it starts, such as `from … to …` or `within … of …`; or about its end, such as `where (end is known)`")
}

func lostEnd(at diag.Span, ended, bare []string) diag.Diagnostic {
	return warn("lost-end", at, fmt.Sprintf("the union keeps only what all have: the ends of %s are not used, as there are none of %s", strings.Join(ended, ", "), strings.Join(bare, ", ")),
		"unite events that all have an end; if only the starts are meant, leave it")
}

func noWashout(at diag.Span) diag.Diagnostic {
	return warn("no-washout", at, "`first ever` means the first one recorded: without time under observation before it, old users look new",
		"add `lookback 365 days`, or as long as the treatment can be interrupted")
}

func outcomeBefore(at diag.Span, name string) diag.Diagnostic {
	return warn("outcome-before-index", at, fmt.Sprintf("the outcome `%s` can come before the index date", name), "add `after index` or `during followup`")
}

func otherSex(at diag.Span, sex, what string) diag.Diagnostic {
	return warn("other-sex", at, fmt.Sprintf("only persons of sex \"%s\" are left, and these codes are usually recorded for %s", sex, what),
		"correct one of them; if it is meant, as in gender medicine, leave it")
}

func labelNumber(at diag.Span, label string, numbers []string) diag.Diagnostic {
	return warn("label", at, fmt.Sprintf("the label \"%s\" says %s, and the rule does not", label, strings.Join(numbers, " and ")), "correct the label or the rule")
}

func labelAdult(at diag.Span, label string) diag.Diagnostic {
	return warn("label", at, fmt.Sprintf("the label \"%s\" speaks of adults, and the rule compares the age with another number than 18", label), "correct the label or the rule")
}

func labelTime(at diag.Span, label, unit string) diag.Diagnostic {
	return warn("label", at, fmt.Sprintf("the label \"%s\" speaks of a %s, and the rule of another time", label, unit), "correct the label or the rule")
}
