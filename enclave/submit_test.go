package enclave_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/policy"
)

// faults break the bench as testdata/faults.txt names it.
var faults = map[string]func(b *bench){
	"nothing":                    func(*bench) {},
	"the text has an error":      func(b *bench) { b.text += "report rows of c\n" },
	"the studies cannot be read": func(b *bench) { b.study = planted },
	"the study is not registered": func(b *bench) {
		b.study = func() error { return &enclave.Error{Class: enclave.NotFound, Message: "no study"} }
	},
	"no salt for the subject": func(b *bench) { b.subject = planted },

	"policy denies":                      decided(func(d *policy.Decision) error { d.Allow, d.Denials = false, tooEarly; return nil }),
	"policy denies and does not say why": decided(func(d *policy.Decision) error { d.Allow = false; return nil }),
	"policy fails": decided(func(d *policy.Decision) error {
		*d = policy.Decision{Denials: []policy.Denial{{Rule: "policy-error"}}}
		return errPlanted
	}),
	"policy fails without a word":    decided(func(d *policy.Decision) error { *d = policy.Decision{}; return errPlanted }),
	"policy fails and allows":        decided(func(*policy.Decision) error { return errPlanted }),
	"policy allows and objects":      decided(func(d *policy.Decision) error { d.Denials = tooEarly; return nil }),
	"policy allows with a filter":    decided(func(d *policy.Decision) error { d.Filters = make([]policy.Filter, 1); return nil }),
	"policy allows without terms":    decided(func(d *policy.Decision) error { d.Terms = policy.Terms{RankShare: 2, Review: 9}; return nil }),
	"policy allows fewer reports":    decided(func(d *policy.Decision) error { d.Terms.Kinds = []string{"count"}; return nil }),
	"policy allows fewer dimensions": decided(func(d *policy.Decision) error { d.Terms.Dimensions = 0; return nil }),
	"policy asks for a review":       decided(func(d *policy.Decision) error { d.Terms.Review = policy.ReviewOne; return nil }),
	"policy denies, log fails": func(b *bench) {
		b.decide = func(d *policy.Decision) error { d.Allow, d.Denials = false, tooEarly; return nil }
		b.refuse(audit.KindDenied, errPlanted)
	},

	"the intent is not on disk":  func(b *bench) { b.refuse(audit.KindIntent, errPlanted) },
	"a stored answer is damaged": func(b *bench) { b.at(audit.KindIntent, b.damage) },
	"the ledger is gone":         func(b *bench) { b.at(audit.KindIntent, b.removeLedger) },
	"the run fails":              func(b *bench) { b.run = failingRun },
	"the run counts another plan": func(b *bench) {
		b.run = func(_ context.Context, p *plan.Plan) (*disclosure.Raw, error) {
			other := *p
			other.Reports = p.Reports[1:]
			return disclosure.NewRaw(plan.New(other), make([]disclosure.Counts, 1)), nil
		}
	},
	"the run counts nonsense": func(b *bench) {
		b.run = func(_ context.Context, p *plan.Plan) (*disclosure.Raw, error) { return disclosure.NewRaw(p, nil), nil }
	},
	"the run counts nothing": func(b *bench) {
		b.run = func(context.Context, *plan.Plan) (*disclosure.Raw, error) { return nil, nil }
	},
	"the answer is not stored": func(b *bench) {
		b.run = func(_ context.Context, p *plan.Plan) (*disclosure.Raw, error) {
			b.removeLedger()
			return counts(p), nil
		}
	},
	"the run and the log fail":   func(b *bench) { b.run = failingRun; b.refuse(audit.KindOutcome, errPlanted) },
	"the outcome is not on disk": func(b *bench) { b.refuse(audit.KindOutcome, errPlanted) },
	"the answer is not settled":  func(b *bench) { b.at(audit.KindOutcome, b.removeLedger) },
	"the receipt is not signed":  func(b *bench) { b.receipt = planted },

	"the disk is full at the intent":  func(b *bench) { b.refuse(audit.KindIntent, syscall.ENOSPC) },
	"the disk is full at the outcome": func(b *bench) { b.refuse(audit.KindOutcome, syscall.ENOSPC) },

	"the caller goes before the intent": decidedAnd(func(b *bench) { b.cancel() }),
	"the caller goes during the run": func(b *bench) {
		b.run = func(ctx context.Context, _ *plan.Plan) (*disclosure.Raw, error) {
			b.cancel()
			return nil, ctx.Err()
		}
	},
	"the caller goes after the run": func(b *bench) {
		b.run = func(_ context.Context, p *plan.Plan) (*disclosure.Raw, error) { b.cancel(); return counts(p), nil }
	},
}

var tooEarly = []policy.Denial{{Rule: "too-early", Title: "Too early", Message: "Wait.", Contact: "board@example.org"}}

func planted() error { return errPlanted }

func failingRun(context.Context, *plan.Plan) (*disclosure.Raw, error) { return nil, errPlanted }

func decided(f func(*policy.Decision) error) func(*bench) { return func(b *bench) { b.decide = f } }

func decidedAnd(f func(*bench)) func(*bench) {
	return func(b *bench) { b.decide = func(*policy.Decision) error { f(b); return nil } }
}

// refuse makes the log fail on entries of a kind.
func (b *bench) refuse(kind audit.Kind, err error) {
	b.append = func(e audit.Entry) error {
		if e.Kind == kind {
			return err
		}
		return nil
	}
}

// at does something when the log is given the first entry of a kind.
func (b *bench) at(kind audit.Kind, do func()) {
	var once sync.Once
	b.append = func(e audit.Entry) error {
		if e.Kind == kind {
			once.Do(do)
		}
		return nil
	}
}

func (b *bench) removeLedger() {
	if err := os.RemoveAll(b.dir); err != nil {
		b.t.Error(err)
	}
}

// damage changes the answer that another bench stored.
func (b *bench) damage() {
	files, _ := filepath.Glob(filepath.Join(b.dir, "*.answer"))
	for _, f := range files {
		if err := os.WriteFile(f, []byte("damaged"), 0o600); err != nil {
			b.t.Error(err)
		}
	}
}

// mend puts every part in order again.
func (b *bench) mend() {
	b.study, b.subject, b.decide, b.append, b.run, b.receipt = nil, nil, nil, nil, nil, nil
	b.text = read(b.t, "testdata/query.cohort")
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		b.t.Error(err)
	}
	files, _ := filepath.Glob(filepath.Join(b.dir, "*.answer"))
	for _, f := range files {
		if text, _ := os.ReadFile(f); string(text) == "damaged" {
			os.Remove(f)
		}
	}
}

type faultCase struct {
	fault, class, steps string
}

func faultCases(t *testing.T) []faultCase {
	var out []faultCase
	for _, line := range strings.Split(read(t, "testdata/faults.txt"), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		out = append(out, faultCase{strings.TrimSpace(line[:35]), strings.TrimSpace(line[35:min(48, len(line))]), strings.TrimSpace(line[min(48, len(line)):])})
	}
	return out
}

func TestFaults(t *testing.T) {
	cases := faultCases(t)
	var whole []byte
	for _, c := range cases {
		t.Run(c.fault, func(t *testing.T) {
			b := newBench(t)
			fault, ok := faults[c.fault]
			if !ok {
				t.Fatal("no such fault")
			}
			if c.fault == "a stored answer is damaged" {
				b.succeed(t)
				b.steps = nil
			}
			fault(b)
			r, err := b.submit(t.Context())
			if got := class(err); got != c.class {
				t.Errorf("class %s, want %s", got, c.class)
			}
			if got := strings.Join(b.steps, ", "); got != c.steps {
				t.Errorf("steps\n  %s\nwant\n  %s", got, c.steps)
			}
			if (r == nil) == (err == nil) {
				t.Errorf("release %v with error %v", r != nil, err)
			}
			if err != nil && strings.Contains(err.Error(), "RSSMRA") {
				t.Errorf("the researcher reads what failed: %v", err)
			}
			b.mend()
			after := b.succeed(t)
			if whole == nil {
				whole = after.Document
			}
			if !bytes.Equal(after.Document, whole) {
				t.Error("mended, the question has another answer than in a sound enclave")
			}
		})
	}
	for name := range faults {
		if !slices.ContainsFunc(cases, func(c faultCase) bool { return c.fault == name }) {
			t.Errorf("testdata/faults.txt does not say what %q leads to", name)
		}
	}
}

func (b *bench) succeed(t *testing.T) *enclave.Release {
	t.Helper()
	r, err := b.submit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func class(err error) string {
	var e *enclave.Error
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &e):
		return string(e.Class)
	}
	return "no enclave.Error"
}

// The operator is told every cause under the reference that the researcher gets, and what a caller's leaving is not.
func TestTroubleIsForTheOperator(t *testing.T) {
	want := map[string]bool{"the run fails": true, "policy fails": true, "the intent is not on disk": true, "the caller goes during the run": false, "policy denies": false}
	for _, fault := range slices.Sorted(maps.Keys(want)) {
		b := newBench(t)
		faults[fault](b)
		b.submit(t.Context())
		if told := len(b.trouble) == 1 && errors.Is(b.trouble[0], errPlanted); told != want[fault] {
			t.Errorf("%s: the operator was told %v", fault, b.trouble)
		}
	}
}

// Twenty callers with one question: one run, one answer, and nineteen repeats, each recorded.
func TestOneRunForManyCallers(t *testing.T) {
	b := newBench(t)
	const callers = 20
	releases := make([]*enclave.Release, callers)
	var group sync.WaitGroup
	for i := range releases {
		group.Go(func() {
			var err error
			releases[i], err = b.enclave.Submit(t.Context(), enclave.Submission{Text: b.text, Study: "story", Subject: policy.Subject{ID: "anna"}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	repeats := 0
	for _, r := range releases {
		if r == nil || !bytes.Equal(r.Document, releases[0].Document) {
			t.Fatal("answers differ")
		}
		if r.Envelope.Repeat {
			repeats++
		}
	}
	runs := 0
	for _, s := range b.steps {
		if s == "run" {
			runs++
		}
	}
	if runs != 1 || repeats != callers-1 || len(b.entries) != 2*callers {
		t.Errorf("%d runs, %d repeats, %d entries", runs, repeats, len(b.entries))
	}
}

// Who waits behind a run of the same question may leave; the run goes on.
func TestWaitingEndsWithTheCaller(t *testing.T) {
	b := newBench(t)
	began, finish := make(chan struct{}), make(chan struct{})
	b.run = func(_ context.Context, p *plan.Plan) (*disclosure.Raw, error) {
		close(began)
		<-finish
		return counts(p), nil
	}
	submission := enclave.Submission{Text: b.text, Study: "story", Subject: policy.Subject{ID: "anna"}}
	first := make(chan error)
	go func() {
		_, err := b.enclave.Submit(t.Context(), submission)
		first <- err
	}()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.enclave.Submit(ctx, submission); class(err) != "unavailable" {
		t.Errorf("who left was told %v", err)
	}
	close(finish)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// What a caller may change in a release does not change the stored answer.
func TestReleaseIsTheCallersOwn(t *testing.T) {
	b := newBench(t)
	first := b.succeed(t)
	want := bytes.Clone(first.Document)
	clear(first.Document)
	if again := b.succeed(t); !bytes.Equal(again.Document, want) || !again.Envelope.Repeat {
		t.Error("the stored answer changed with the caller's copy")
	}
}
