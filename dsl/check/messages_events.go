package check

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// The messages about events and codes.

func (c *checker) unknownWindow(name syntax.Ident, s scope) diag.Diagnostic {
	if _, ok := c.Catalog.Source(name.Name); ok {
		return say("unknown-window", name.Span(), fmt.Sprintf("`%s` is a source, not a window", name.Name), fmt.Sprintf("put events in parentheses: `during (%s)`", name.Name))
	}
	among := []string{"followup"}
	if s.cohort != nil && !s.top {
		among = append(among, keys(s.cohort.windows)...)
	}
	if s.source != nil {
		among = append(among, "event")
	}
	return say("unknown-window", name.Span(), fmt.Sprintf("there is no window `%s`", name.Name), near(name.Name, among)...)
}

func unknownSystem(at diag.Span, system string, among []string) diag.Diagnostic {
	return say("unknown-system", at, fmt.Sprintf("the catalog has no code system `%s`", system), near(system, among)...)
}

func codeUnknown(at diag.Span, curie string) diag.Diagnostic {
	d := say("code-unknown", at, fmt.Sprintf("the published vocabulary has no `%s`", curie), "check the code; whether a row has it is never said")
	d.Severity = diag.Warning
	return d
}

func noCodes(at diag.Span, source string) diag.Diagnostic {
	return say("no-codes", at, fmt.Sprintf("`%s` records no codes", source), "use `where (…)` on its columns")
}

func otherSystem(at diag.Span, source *catalog.Source, codes []string) diag.Diagnostic {
	system, _, _ := catalog.SplitCurie(codes[0])
	return say("other-system", at, fmt.Sprintf("`%s` is coded in %s, not in %s", source.Name, strings.Join(source.Systems, ", "), system),
		"choose another source or other codes")
}

func loneCode(e *syntax.Curie) diag.Diagnostic {
	return say("lone-code", e.Span(), "a code alone is no value", fmt.Sprintf("write `any condition in %s`", e.Text))
}

func needsTime(at diag.Span, unit string) diag.Diagnostic {
	return say("needs-time", at, fmt.Sprintf("%s need times of day on both sides, and one here is a day", unit), "count days, weeks, months or years")
}

func noMinutes(at diag.Span, source string) diag.Diagnostic {
	return say("needs-time", at, fmt.Sprintf("hours and minutes need times of day on both sides; `%s`, or the date it stands beside, has days", source), "write a number of days, such as `1 day`")
}

func everInTime(at diag.Span) diag.Diagnostic {
	return say("ever-in-time", at, "`ever` means of all time, so it takes no time phrase", "leave out `ever`, or the time")
}

func untimed(at diag.Span, source string) diag.Diagnostic {
	return say("no-time", at, fmt.Sprintf("the rows of `%s` have no date", source), "leave the time out: `any "+source+" …`")
}

func mixedUnits(at diag.Span, source *catalog.Source) diag.Diagnostic {
	return say("mixed-units", at, fmt.Sprintf("these events of `%s` have no one unit", source.Name), "name codes of one analyte: `"+source.Name+" in …`")
}

func mixedUnion(at diag.Span) diag.Diagnostic {
	return say("mixed-units", at, "these events have no one value: the members of the union do not measure alike", "take the value of one of them, or unite events of one analyte")
}

func noEventHere(at diag.Span) diag.Diagnostic {
	return say("no-event-here", at, "there is no event here", "`event` is the current event inside `where (…)`; elsewhere name one, such as `first visit`")
}

// noEvent tells of a name after `COLUMN of` that stands for no event.
func (c *checker) noEvent(e *syntax.FieldOf, s scope) diag.Diagnostic {
	name, at := e.Name.Name, e.Name.Span()
	source, ok := c.Catalog.Source(name)
	switch {
	case ok && open(source.Sensitivity):
		return say("many-per-person", at, fmt.Sprintf("a person can have many events in `%s`, and one is needed here", name),
			fmt.Sprintf("choose one event: `%s of first %s` or `%s of last %s`", e.Column.Name, name, e.Column.Name, name))
	case contains(c.visible(s), name) || c.codes[name] != nil:
		return say("not-an-event", at, fmt.Sprintf("`%s` is no event", name),
			fmt.Sprintf("name one event, as in `define stay = first visit`, or choose it here: `%s of first visit`", e.Column.Name))
	}
	return say("unknown-name", at, fmt.Sprintf("nothing here is called `%s`", name), near(name, c.eventNames(s))...)
}

func noEnd(at diag.Span, source string) diag.Diagnostic {
	return say("no-end", at, fmt.Sprintf("the events of `%s` have no end, so none is ever ongoing", source), "use `on X`, or `within D before X`")
}

func noValue(at diag.Span, source string) diag.Diagnostic {
	return say("no-value", at, fmt.Sprintf("the events of `%s` have no number as their value", source), "use `first`, `last` or `nearest to …`, or a source with values")
}

func noApart(at diag.Span, what string) diag.Diagnostic {
	return say("no-apart", at, fmt.Sprintf("`at least … apart` does not go with %s", what), "put it after the whole, outside the parentheses, or leave it out")
}

func noZeroth(at diag.Span) diag.Diagnostic {
	return say("bad-number", at, "events are counted from 1", "write `first`, `2nd`, `3rd` and so on")
}

func percentOfLevel(at diag.Span, from, to typed) diag.Diagnostic {
	level := from
	if !from.affine() {
		level = to
	}
	return say("unit-mismatch", at, fmt.Sprintf("a percent change of %s has no meaning, because its units have different zeros", level.rule.Name),
		"take the difference of the two, such as `after - before`")
}

func emptyRange(t syntax.CodeTerm) diag.Diagnostic {
	return say("empty-range", t.Span(), fmt.Sprintf("no code is from %s to %s", t.Curie, t.To), "the lower code comes first, as in `ICD10:C50..C58`")
}

func noLabel(text syntax.StringLit) diag.Diagnostic {
	d := say("never", text.Span(), fmt.Sprintf("no published label has \"%s\" in it", text.Value), "look the words up in the vocabulary, or name codes")
	d.Severity = diag.Warning
	return d
}

func noFollowup(name syntax.Ident) diag.Diagnostic {
	return say("no-followup", name.Span(), "the cohort has no follow-up", "add `followup until …`")
}

func notACode(at diag.Span) diag.Diagnostic {
	return say("not-a-code", at, "only the code of an event can be in a code set", "write `code in …` inside `where (…)`")
}
