package syntax_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// budget is the processor time in which any text is read and formatted, errors included. The longest of the texts below
// takes about 50 ms alone, and a busy machine slows its processors down.
const budget = 2 * time.Second

// worst lists the texts that cost a parser the most: one form nested to the limit, or repeated to the limit.
func worst() map[string]string {
	const head = "cohort a {\n  index 2020-01-01\n  include "
	nest := func(open, inner, shut string) string {
		return head + strings.Repeat(open, 64) + inner + strings.Repeat(shut, 64) + "\n}"
	}
	fill := func(start, unit, end string) string {
		n := (syntax.MaxBytes - len(start) - len(end)) / len(unit)
		return start + strings.Repeat(unit, n) + end
	}
	return map[string]string{
		"nested parentheses":   nest("(", "x > 1", ")"),
		"nested where":         nest("any drug where (", "x > 1", ")"),
		"nested all of":        nest("all of (", "x", ")"),
		"nested calls":         nest("abs(1 + ", "x", ")"),
		"nested event sets":    nest("(", "any drug", ")"),
		"nested, not closed":   head + strings.Repeat("(any drug where ", 64) + "x",
		"nested, wrong at end": nest("(", "x > 1 1 1", ")"),
		"nested by words":      fill(head, "first a on ", "index }"),
		"nested ages":          fill(head, "age at ", "index }"),
		"nested ages in years": fill(head, "age in year of ", "index }"),
		"nested sets":          nest("any (a, b during (", "x", "))"),
		"nested picks":         nest("nearest to (", "index", ") of a"),
		"nested by sequences":  fill(head+"any a", " followed by b", "}"),
		"rows of cells":        fill("test \"x\" of a { person (id, sex)", " (a, b)", "}"),
		"one wide row":         fill("test \"x\" of a { person (id", ", sex", ") }"),
		"many nots":            fill(head, "not ", "x }"),
		"many ors":             fill(head+"x", " or x", "}"),
		"many sums":            fill(head+"1", "+1", "}"),
		"many rules":           fill(head+"x", "\n  include any drug in (ATC:A10 with descendants) before index", "}"),
		"many phrases":         fill(head+"any x", " before index", "}"),
		"many codes":           fill("codes a = b", ", b", ""),
		"many clauses":         fill("report table of a {", " k: v", "}"),
		"many declarations":    fill("", "codes a = b ", ""),
		"many errors":          fill(head+"x", "\n  inclde any drg", "}"),
		"one long wrong rule":  fill(head, "x and ", "\n}"),
		"long wrong and near":  fill(head, "x and ", "befor y\n}"),
		"no token at all":      fill("", "@", ""),
		"one comment":          fill("", "#", ""),
		"one word":             fill("", "a", ""),
		"one text":             fill("study \"", "a", "\""),
		"one unit":             fill(head+"1 ", "a/", "a }"),
		"one code":             fill("codes a = A:b", ".b", ""),
	}
}

// Formatting reads first, so it costs more than reading.
func TestReadingAndFormattingAreLinear(t *testing.T) {
	for name, text := range worst() {
		t.Run(name, func(t *testing.T) {
			took := busy(t, func() { syntax.Format(text) })
			t.Logf("%d bytes in %v", len(text), took)
			if took > budget {
				t.Errorf("formatting %d bytes took %v, more than %v", len(text), took, budget)
			}
		})
	}
}

// A doubled depth may cost twice the time, never its square: alternatives that share a prefix would show here.
func TestNestingCostsLittle(t *testing.T) {
	at := func(depth int) time.Duration {
		text := "define x = " + strings.Repeat("(any drug where (", depth/2) + "y" + strings.Repeat("))", depth/2)
		return busy(t, func() {
			for range 20 {
				if _, list := syntax.Parse("", text); list.Failed() {
					t.Fatal(list)
				}
			}
		})
	}
	if one, two := at(32), at(64); two > 8*one+20*time.Millisecond {
		t.Errorf("depth 32 takes %v, depth 64 takes %v", one, two)
	}
}

// busy is the processor time of f, which does not depend on the other work of the machine.
func busy(t *testing.T, f func()) time.Duration {
	t.Helper()
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("the race detector takes most of the time")
	}
	var before, after syscall.Rusage
	runtime.GC()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		t.Fatal(err)
	}
	f()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		t.Fatal(err)
	}
	return time.Duration(after.Utime.Nano() - before.Utime.Nano())
}

func TestNestingLimit(t *testing.T) {
	for depth, want := range map[int]bool{1: false, syntax.MaxNesting: false, syntax.MaxNesting + 1: true} {
		for _, form := range [][2]string{{"(", ")"}, {"abs(", ")"}, {"age at ", ""}, {"all of (", ")"}} {
			text := "define x = " + strings.Repeat(form[0], depth) + "y" + strings.Repeat(form[1], depth)
			_, list := syntax.Parse("", text)
			if got := list.Failed(); got != want {
				t.Errorf("%q %d deep: failed %v, want %v", form[0], depth, got, want)
			}
			if want && list[0].Code != "too-deep" {
				t.Errorf("%q %d deep: %v", form[0], depth, list)
			}
		}
	}
}

func ExampleParse() {
	_, list := syntax.Parse("a.cohort", "define x = age att index")
	for _, d := range list {
		fmt.Println(d.Span.From.Column, d.Message, d.Hints)
	}
	// Output: 16 `att` cannot stand here [did you mean `at`?]
}
