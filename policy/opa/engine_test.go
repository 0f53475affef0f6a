package opa

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/officina-enclave/officina/policy"
)

func defaultEngine(t testing.TB) *Engine {
	t.Helper()
	var e Engine
	e.Activate(defaultBundle(t))
	return &e
}

func usual(t testing.TB) policy.Input { return boardCase{Case: "usual"}.input(t) }

// A policy that cannot decide denies, with its own rule, and names the custodian.
func TestFailsClosed(t *testing.T) {
	tests := map[string]struct {
		main string // the main.rego of the bundle; "" for no bundle at all
		rule string
		err  error
	}{
		"no bundle":          {"", "policy-missing", ErrMissing},
		"undefined":          {`decision := x if { x := input.study.id; x == "nobody" }`, "policy-undefined", ErrUndefined},
		"division by zero":   {`decision := 1 / (input.plan.dimensions - 1)`, "policy-error", ErrEval},
		"conflict":           {"decision := input.study.id\ndecision := input.dataset.id", "policy-error", ErrEval},
		"a word":             {`decision := "allow"`, "policy-malformed", ErrMalformed},
		"just true":          {`decision := true`, "policy-malformed", ErrMalformed},
		"null":               {`decision := null`, "policy-malformed", ErrMalformed},
		"empty":              {`decision := {}`, "policy-malformed", ErrMalformed},
		"allow only":         {`decision := {"allow": true}`, "policy-malformed", ErrMalformed},
		"allow and deny":     {decisionOf(`true`, `[{"rule": "r", "title": "t", "message": "m", "contact": "c"}]`, ``), "policy-malformed", ErrMalformed},
		"deny without why":   {decisionOf(`false`, `[]`, ``), "policy-malformed", ErrMalformed},
		"deny without title": {decisionOf(`false`, `[{"rule": "r", "message": "m", "contact": "c"}]`, ``), "policy-malformed", ErrMalformed},
		"allow as a word":    {decisionOf(`"true"`, `[]`, ``), "policy-malformed", ErrMalformed},
		"with filters":       {decisionOf(`true`, `[]`, `"filters": ["consent"], `), "policy-malformed", ErrMalformed},
		"terms lack sigma2":  {`decision := {"allow": true, "denials": [], "terms": json.remove(terms, ["sigma2"])}`, "policy-malformed", ErrMalformed},
		"terms have more":    {`decision := {"allow": true, "denials": [], "terms": object.union(terms, {"fun": 1})}`, "policy-malformed", ErrMalformed},
		"terms not valid":    {`decision := {"allow": true, "denials": [], "terms": object.union(terms, {"min_cell": 0})}`, "policy-malformed", ErrMalformed},
		"review unknown":     {`decision := {"allow": true, "denials": [], "terms": object.union(terms, {"review": "three"})}`, "policy-malformed", ErrMalformed},
		"too slow":           {slow, "policy-timeout", ErrTimeout},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var e Engine
			if test.main != "" {
				e.Activate(mustLoad(t, bundleWith(t, test.main)))
			}
			decision, err := e.Decide(t.Context(), usual(t))
			if !errors.Is(err, test.err) {
				t.Errorf("error %v, want %v", err, test.err)
			}
			checkRefusal(t, decision, test.rule)
		})
	}
}

// decisionOf is a main.rego with valid terms.
func decisionOf(allow, denials, more string) string {
	return `decision := {"allow": ` + allow + `, "denials": ` + denials + `, ` + more + `"terms": terms}`
}

// slow takes some 10^12 steps.
const slow = `
decision := 1 if {
	digits := [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
	count([1 |
		some a in digits; some b in digits; some c in digits; some d in digits
		some e in digits; some f in digits; some g in digits; some h in digits
		some i in digits; some j in digits; some k in digits; some l in digits
		((((((((((a + b) + c) + d) + e) + f) + g) + h) + i) + j) + k) + l == 0
	]) == input.plan.dimensions
}`

func checkRefusal(t *testing.T, d policy.Decision, rule string) {
	t.Helper()
	if d.Allow || len(d.Denials) != 1 {
		t.Fatalf("not one denial: %+v", d)
	}
	got := d.Denials[0]
	if got.Rule != rule || got.Contact != "data@example.org" || got.Message == "" ||
		got.Title != "Policy could not decide, so the query does not run" {
		t.Errorf("denial %+v, want rule %s", got, rule)
	}
	if diff := cmp.Diff(policy.Terms{}, d.Terms); diff != "" {
		t.Errorf("a denial has terms:\n%s", diff)
	}
}

func TestDecideHeedsItsDeadline(t *testing.T) {
	var e Engine
	e.Activate(mustLoad(t, bundleWith(t, slow)))
	begin := time.Now()
	_, err := e.Decide(t.Context(), usual(t))
	if took := time.Since(begin); !errors.Is(err, ErrTimeout) || took > 10*Deadline {
		t.Errorf("took %v, %v", took, err)
	}
}

func TestDecideHeedsCancellation(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	decision, err := defaultEngine(t).Decide(ctx, usual(t))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	checkRefusal(t, decision, "policy-timeout")
}

func TestPanicDenies(t *testing.T) {
	broken := *defaultBundle(t)
	broken.input = nil // as a defect of ours would
	var e Engine
	e.Activate(&broken)
	decision, err := e.Decide(t.Context(), usual(t))
	if !errors.Is(err, ErrEval) {
		t.Errorf("got %v", err)
	}
	checkRefusal(t, decision, "policy-error")
}

func TestDecisionNamesItsBundle(t *testing.T) {
	e := defaultEngine(t)
	first, err1 := e.Decide(t.Context(), usual(t))
	second, err2 := e.Decide(t.Context(), usual(t))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if first.Bundle != e.active.Load().Digest() || !strings.HasPrefix(first.Bundle, "sha256:") {
		t.Errorf("bundle %q", first.Bundle)
	}
	if id := regexp.MustCompile(`^[0-9a-f]{32}$`); !id.MatchString(first.ID) || first.ID == second.ID {
		t.Errorf("ids %q and %q", first.ID, second.ID)
	}
	second.ID = first.ID
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same input gave another decision:\n%s", diff)
	}
}

// Titles come from the rules, so a board's change of words reaches the researcher.
func TestDenialHasTheTitleOfItsRule(t *testing.T) {
	in := usual(t)
	in.Subject.ID = "eve@example.org"
	decision, err := defaultEngine(t).Decide(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	want := []policy.Denial{{
		Rule:    "access-person",
		Title:   "Only persons named in the study may ask",
		Message: "Ask the board to name you in the study.",
		Contact: "ethics-board@example.org",
	}}
	if diff := cmp.Diff(want, decision.Denials); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDenialsAreSorted(t *testing.T) {
	in := usual(t)
	in.Study.Persons, in.Study.Status = []string{}, "closed"
	in.Dataset.DUO = []string{"DUO:0000042", "DUO:0000028", "DUO:0000012"}
	decision, err := defaultEngine(t).Decide(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if len(decision.Denials) != 4 || !slices.IsSortedFunc(decision.Denials, byRule) {
		t.Errorf("got %+v", decision.Denials)
	}
}

// Each decision is made by one bundle, also while bundles are swapped.
func TestActivateIsAtomic(t *testing.T) {
	loose := mustLoad(t, bundleWith(t, decisionOf(`true`, `[]`, ``)))
	strict := mustLoad(t, bundleWith(t, decisionOf(`false`, `[{"rule": "r", "title": "t", "message": "m", "contact": "c"}]`, ``)))
	var e Engine
	e.Activate(loose)
	in := usual(t)
	var asking sync.WaitGroup
	for range 2 {
		asking.Go(func() {
			for range 300 {
				d, err := e.Decide(t.Context(), in)
				if errors.Is(err, ErrTimeout) {
					continue // a busy machine
				}
				if err != nil || d.Allow != (d.Bundle == loose.Digest()) {
					t.Errorf("allow %t by bundle %s, %v", d.Allow, d.Bundle, err)
				}
			}
		})
	}
	for range 200 {
		if old := e.Activate(strict); old != loose {
			t.Error("the bundle replaced is not the one that was active")
		}
		e.Activate(loose)
	}
	asking.Wait()
}

func BenchmarkDecide(b *testing.B) {
	e := defaultEngine(b)
	in := usual(b)
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		if d, err := e.Decide(b.Context(), in); !d.Allow {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
