package enclave

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/ledger"
	"github.com/officina-enclave/officina/internal/canon"
	"github.com/officina-enclave/officina/internal/stage"
	"github.com/officina-enclave/officina/policy"
)

// Submit takes a query all the way: compiled, decided, recorded, run, protected, recorded, released. The
// error is always an [*Error].
func (e *Enclave) Submit(ctx context.Context, s Submission) (*Release, error) {
	r := &run{Enclave: e, entry: audit.Entry{ID: "run_" + rand.Text(), Study: s.Study, Dataset: e.Target.Catalog.Dataset,
		Snapshot: e.Engine.Snapshot(), Text: canon.Sum([]byte(s.Text))}}
	release, err := r.submit(ctx, s)
	if err != nil {
		told := Public(err, r.entry.ID)
		if told.Class == Internal && e.Trouble != nil {
			e.Trouble(r.entry.ID, err)
		}
		return nil, told
	}
	return release, nil
}

// run is one submission under way. Its entry gathers what the log will say.
type run struct {
	*Enclave
	entry audit.Entry
}

func (r *run) submit(ctx context.Context, s Submission) (*Release, error) {
	done := stage.Begin(ctx, "compile")
	asked, diags := dsl.Compile(s.Name, s.Text, s.Params, r.Target)
	done()
	if diags.Failed() {
		return nil, invalid(diags)
	}
	study, err := r.Study(s.Study)
	if err != nil {
		return nil, err
	}
	decision, err := r.decide(ctx, asked, s.Subject, study)
	if err != nil {
		return nil, err
	}
	terms := r.Floor.Meet(decision.Terms)
	p := asked.Restrict(r.withheldTopics(study))
	r.entry.Plan, r.entry.Terms = p.Digest(), terms.Digest()

	question := ledger.Question{Plan: p.Digest(), Study: study.ID, Snapshot: r.entry.Snapshot, Terms: terms.Digest()}
	defer r.line.enter(question)() // the same question asked twice at once runs once

	if _, err := r.append(ctx, audit.KindIntent, ""); err != nil {
		return nil, err
	}
	document, repeat, err := r.answer(ctx, p, question, terms)
	if err != nil {
		return nil, r.failed(ctx, err)
	}
	return r.release(ctx, question, decision, document, repeat)
}

// decide asks policy, with the facts of the plan as it was asked. A denial is recorded before it is told.
func (r *run) decide(ctx context.Context, p *plan.Plan, who policy.Subject, study policy.Study) (policy.Decision, error) {
	defer stage.Begin(ctx, "decide")()
	subject, err := r.Log.Subject(who.ID)
	if err != nil {
		return policy.Decision{}, err
	}
	r.entry.Subject = subject
	c := r.Target.Catalog
	dataset := policy.Dataset{ID: c.Dataset, DUO: c.DUO, Custodian: policy.Custodian(c.Custodian), Snapshot: r.entry.Snapshot, Mark: c.Mark}
	for _, site := range c.Sites {
		dataset.Sites = append(dataset.Sites, site.ID)
	}
	in := policy.NewInput(policy.FactsOf(p, c, r.Target.Vocabulary), who, study, dataset, r.Now())
	decision, err := r.Gate.Decide(ctx, in)
	if decision.Allow && (err != nil || len(decision.Denials) > 0 || len(decision.Filters) > 0) {
		return decision, errors.New("a decision that allows with reservations is none") // fail closed
	}
	r.entry.Policy, r.entry.Decision = decision.Bundle, decision.ID
	if decision.Allow {
		return decision, nil
	}
	e := r.entry
	e.Kind, e.Class, e.Time = audit.KindDenied, audit.ClassDenied, r.Now()
	for _, d := range decision.Denials {
		e.Denials = append(e.Denials, d.Rule)
	}
	e.Denials = slices.Compact(slices.Sorted(slices.Values(e.Denials)))
	if _, err := r.Log.Append(ctx, e); err != nil {
		return decision, err
	}
	return decision, &Error{Class: Denied, Message: "policy does not allow this query", Ref: r.entry.ID, Denials: decision.Denials}
}

// withheldTopics are the codes of protected topics that the study's permission does not name.
func (r *run) withheldTopics(study policy.Study) *plan.CodeSet {
	set := &plan.CodeSet{Name: "protected topics"}
	for _, t := range r.Target.Catalog.Protected {
		if !slices.Contains(study.Permissions.Topics, t.Name) {
			set.Codes = append(set.Codes, r.Target.Vocabulary.Expand(r.Target.Catalog.Systems, t.Terms, nil)...)
		}
	}
	slices.Sort(set.Codes)
	set.Codes = slices.Compact(set.Codes)
	return set
}

// answer recalls the stored document of the question, or runs the plan and stores what disclosure control
// lets through.
func (r *run) answer(ctx context.Context, p *plan.Plan, q ledger.Question, terms policy.Terms) (document []byte, repeat bool, err error) {
	stored, found, err := r.Ledger.Recall(q)
	if err != nil || found {
		return stored.Document, stored.Settled, err
	}
	if err := r.Ledger.Reserve(q); err != nil {
		return nil, false, err
	}
	done := stage.Begin(ctx, "run")
	raw, err := r.Engine.Run(ctx, p)
	done()
	if err != nil {
		return nil, false, err
	}
	defer stage.Begin(ctx, "protect and store")()
	released, err := disclosure.Apply(p, raw, terms)
	if err != nil {
		return nil, false, err
	}
	document, err = canon.Marshal(Document{Format: DocumentFormat, Dataset: p.Dataset, Snapshot: q.Snapshot, Study: q.Study,
		Plan: q.Plan, Catalog: p.Catalog, Vocabulary: p.Vocabulary, Terms: terms, Withheld: released.Withheld(), Tables: released.Tables()})
	if err != nil {
		return nil, false, err
	}
	return document, false, r.Ledger.Commit(q, document)
}

// release records the outcome and only then lets the answer go.
func (r *run) release(ctx context.Context, q ledger.Question, decision policy.Decision, document []byte, repeat bool) (*Release, error) {
	d, err := ParseDocument(document)
	if err != nil {
		return nil, err
	}
	class := audit.ClassOK
	if d.Withheld {
		class = audit.ClassWithheld
	}
	r.entry.Release = canon.Sum(document)
	outcome, err := r.append(ctx, audit.KindOutcome, class)
	if err != nil {
		return nil, err
	}
	if err := r.Ledger.Settle(q); err != nil {
		return nil, err
	}
	receipt, err := r.receipt(ctx, outcome)
	if err != nil {
		return nil, err
	}
	return &Release{Document: document, Withheld: d.Withheld, Envelope: Envelope{Run: r.entry.ID, Decision: decision.ID,
		Policy: decision.Bundle, Repeat: repeat, Receipt: receipt}}, nil
}

// recorded is an entry and where the log holds it.
type recorded struct {
	entry audit.Entry
	at    audit.Position
}

// append records the run's entry; an outcome names nobody, since its intent does.
func (r *run) append(ctx context.Context, kind audit.Kind, class audit.Class) (recorded, error) {
	e := r.entry
	e.Kind, e.Class, e.Time = kind, class, r.Now()
	if kind == audit.KindOutcome {
		e.Subject = ""
	}
	defer stage.Begin(ctx, "record "+string(kind))()
	at, err := r.Log.Append(ctx, e)
	return recorded{e, at}, err
}

func (r *run) receipt(ctx context.Context, outcome recorded) (audit.Receipt, error) {
	defer stage.Begin(ctx, "sign receipt")()
	s, err := audit.NewStatement(r.Name, r.Log.Key().Origin, outcome.at, outcome.entry, nil, r.Now())
	if err != nil {
		return audit.Receipt{}, err
	}
	return r.Receipt(ctx, s)
}

// failed records that a run ended without an answer, also when the caller has gone.
func (r *run) failed(ctx context.Context, cause error) error {
	class, told := audit.ClassInternal, cause
	if ctx.Err() != nil {
		class = audit.ClassUnavailable
		told = &Error{Class: Unavailable, Message: "the run was stopped before it ended; submit it again", Ref: r.entry.ID}
	}
	e := r.entry
	e.Kind, e.Class, e.Subject, e.Ref, e.Time = audit.KindOutcome, class, "", r.entry.ID, r.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if _, err := r.Log.Append(ctx, e); err != nil {
		return err
	}
	return told
}

func invalid(diags diag.List) *Error {
	return &Error{Class: Invalid, Message: "the query has errors", Diagnostics: diags}
}

// line lets one run of a question in at a time.
type line struct {
	mu   sync.Mutex
	busy map[ledger.Question]chan struct{}
}

// enter waits until nobody runs q, and returns how to leave.
func (l *line) enter(q ledger.Question) (leave func()) {
	for {
		l.mu.Lock()
		ahead, busy := l.busy[q]
		if !busy {
			if l.busy == nil {
				l.busy = map[ledger.Question]chan struct{}{}
			}
			done := make(chan struct{})
			l.busy[q] = done
			l.mu.Unlock()
			return func() {
				l.mu.Lock()
				delete(l.busy, q)
				l.mu.Unlock()
				close(done)
			}
		}
		l.mu.Unlock()
		<-ahead
	}
}
