package enclave

import (
	"context"
	"crypto/rand"

	"github.com/officina-enclave/officina/dsl"
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
		return nil, r.tell(ctx, err)
	}
	return release, nil
}

// run is one submission under way. Its entry gathers what the log will say.
type run struct {
	*Enclave
	entry audit.Entry
}

func (r *run) submit(ctx context.Context, s Submission) (*Release, error) {
	asked, err := r.compile(ctx, s)
	if err != nil {
		return nil, err
	}
	study, err := stage.Of(ctx, "study", func() (policy.Study, error) { return r.Study(s.Study) })
	if err != nil {
		return nil, err
	}
	decision, terms, err := r.decide(ctx, asked, s.Subject, study)
	if err != nil {
		return nil, err
	}
	p := asked.Restrict(r.withheldTopics(study))
	r.entry.Plan, r.entry.Terms = p.Digest(), terms.Digest()

	question := ledger.Question{Plan: p.Digest(), Study: study.ID, Snapshot: r.entry.Snapshot, Terms: terms.Digest()}
	leave, err := r.line.enter(ctx, question) // the same question asked twice at once runs once
	if err != nil {
		return nil, err
	}
	defer leave()

	if _, err := r.append(ctx, audit.KindIntent, ""); err != nil {
		return nil, err
	}
	document, repeat, err := r.answer(ctx, p, question, terms)
	if err != nil {
		return nil, r.failed(ctx, err)
	}
	ctx = context.WithoutCancel(ctx) // there is an answer: its outcome is recorded also when the caller has gone
	return r.release(ctx, question, decision, document, repeat)
}

func (r *run) compile(ctx context.Context, s Submission) (*plan.Plan, error) {
	defer stage.Begin(ctx, "compile")()
	p, diags := dsl.Compile(s.Name, s.Text, s.Params, r.Target)
	if diags.Failed() {
		return nil, &Error{Class: Invalid, Message: "the query has errors", Diagnostics: diags}
	}
	return p, nil
}

// answer recalls the stored document of the question, or runs the plan and stores what disclosure control
// lets through.
func (r *run) answer(ctx context.Context, p *plan.Plan, q ledger.Question, terms policy.Terms) (document []byte, repeat bool, err error) {
	stored, found, err := r.Ledger.Recall(q)
	if err != nil || found {
		return stored.Document, stored.Settled, err
	}
	if err := stage.Do(ctx, "reserve", func() error { return onDisk(r.Ledger.Reserve(q)) }); err != nil {
		return nil, false, err
	}
	raw, err := stage.Of(ctx, "run", func() (*disclosure.Raw, error) { return r.Engine.Run(ctx, p) })
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
	return document, false, onDisk(r.Ledger.Commit(context.WithoutCancel(ctx), q, document))
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
	if err := stage.Do(ctx, "settle", func() error { return onDisk(r.Ledger.Settle(q)) }); err != nil {
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
	return recorded{e, at}, onDisk(err)
}

func (r *run) receipt(ctx context.Context, outcome recorded) (audit.Receipt, error) {
	defer stage.Begin(ctx, "sign receipt")()
	s, err := audit.NewStatement(r.Name, r.Log.Key().Origin, outcome.at, outcome.entry, nil, r.Now())
	if err != nil {
		return audit.Receipt{}, err
	}
	return r.Receipt(ctx, s)
}
