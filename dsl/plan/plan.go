// Package plan is what a cohort query means: cohorts of persons and the reports about them, typed, with every
// date resolved, every code expanded and every name gone.
//
// A plan is immutable. [New] brings it into canonical form (negations pushed in, and/or flattened and
// sorted, tautologies removed) and seals it with the SHA-256 digest of its canonical text, so that two texts
// that mean the same share one digest as often as that can be decided cheaply. Titles, labels and names of
// definitions are kept beside the meaning ([Labels]) and are no part of the digest.
//
// Everything that touches patient data, policy and engine alike, works from a plan and never from query text.
package plan

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// Format numbers the canonical text; it is part of the digest.
const Format = 1

// Plan is a sealed, canonical plan. Fields are read only.
type Plan struct {
	Dataset    string
	Catalog    string // digest of the catalog
	Vocabulary string // digest of the vocabulary that expanded the codes
	Cohorts    []*Cohort
	Reports    []*Report
	Labels     Labels

	canonical string
	digest    string
}

// Labels are the words of a query that do not change its meaning.
type Labels struct {
	Study    string
	Version  string
	Purpose  []string // as the text claims; the registered study decides
	Approval string   // as the text claims
}

// Cohort is a set of persons: those with an index date whom every rule keeps.
type Cohort struct {
	Name  string // a label
	Index Expr   // a date
	Rules []*Rule
}

// Rule keeps or removes persons. Include keeps only those for whom the condition is true; exclude removes
// only those. The order is that of the attrition.
type Rule struct {
	Exclude bool
	Cond    Expr
	Label   string // a label
}

// Report is a statistic to release about one cohort.
type Report struct {
	Kind   string // a key of [Kinds]
	Cohort int    // position in Plan.Cohorts
	By     []*Dimension
	Value  Expr   // of a summary: the number summarised
	Label  string // a label
	// ValueLabel heads the summarised value.
	ValueLabel string
}

// Dimension groups persons. Its keys are known before anything runs, so that a table shows every key
// whether or not a person has it. Persons whose value is missing form one further group.
type Dimension struct {
	X     Expr
	Keys  []string // the text of a code, bool or case; empty when Bands are given
	Bands []Band
	Label string // a label
}

// AlwaysKnown reports whether everybody has a value of d, whatever the data: then there is no group of
// persons whose value is not recorded.
func (d *Dimension) AlwaysKnown() bool { return neverMissing(d.X) }

// Band is the half-open interval [Low, High); nil is open.
type Band struct{ Low, High *float64 }

// CodeSet is an expanded set of codes.
type CodeSet struct {
	Name  string // a label
	Codes []string
}

// EventSet is a set of events, many per person: the rows of one source or, where Union or Episodes is set, rows
// made of other sets. Then Source is made by [Union] or [Episodes], is in no catalog, and tells the columns.
//
// Codes and Without choose among the rows, then Where and Bounds, all of which must be true, and Apart last.
//
// A set may stand inside a Where: then it is about the same person, its Where is about its own events, and its
// Bounds and the To, From and To of what is made from it may name the [Field] and [End] of the event around it.
type EventSet struct {
	Source *catalog.Source
	// Union are the sets whose rows these are; none has Apart. A row of a source that is in several members, none of
	// which is itself made of others, is here once. Two rows that are alike are two. A row has the columns of Source
	// only: without an end, it ends when it starts; without minutes, its start and end are days.
	Union []*EventSet
	// Episodes is the set whose events are joined: sorted by start, an event belongs to the episode before it when it
	// starts at most Gap after the latest end so far; a missing end is the start. An episode has a start and an end.
	Episodes *EventSet
	Gap      Span
	Codes    *CodeSet // nil: any code
	// Without are codes of protected topics that the study may not see; see [Plan.Restrict].
	Without *CodeSet
	Where   Expr // nil: no condition
	Bounds  []Bound
	// Apart, unless zero, keeps in order of start (ties as in [Pick]) only events that start at least this long
	// after the start of the one kept before: by [AddDate], so that a day of events with minutes is 24 hours.
	Apart Span
}

// Derived reports whether the rows of s are made of other sets.
func (s *EventSet) Derived() bool { return len(s.Union) > 0 || s.Episodes != nil }

// Members are the sets that the rows of s are made of; none for a set of a source.
func (s *EventSet) Members() []*EventSet {
	if s.Episodes != nil {
		return []*EventSet{s.Episodes}
	}
	return s.Union
}

// Span is a length of time: N days, months or minutes. The zero Span is none.
type Span struct {
	N    int
	Unit string // days | months | minutes
}

// Bound is one comparison of an event's time with a date. All temporal phrases come down to bounds. Where events
// have minutes and At is a day, the event's day is compared; a date-time stands only beside minutes. Nothing is within
// a missing At. An open end is after every At but another open end ([End]), which it equals.
type Bound struct {
	Column string // "start", "end" (a missing end is the start) or "open-end" (a missing end is open)
	Op     string // < <= > >=
	At     Expr
}

// New canonicalises the parts of p and seals it.
func New(p Plan) *Plan {
	for _, c := range p.Cohorts {
		c.Index = canonical(c.Index)
		for _, r := range c.Rules {
			r.Cond = canonical(r.Cond)
		}
	}
	for _, r := range p.Reports {
		for _, d := range r.By {
			d.X = canonical(d.X)
		}
		if r.Value != nil {
			r.Value = canonical(r.Value)
		}
	}
	p.canonical = p.text()
	p.digest = digest(p.canonical)
	return &p
}

// digest hashes a text piece by piece, without a copy of it.
func digest(text string) string {
	h := sha256.New()
	var piece [8 << 10]byte
	for text != "" {
		n := copy(piece[:], text)
		h.Write(piece[:n])
		text = text[n:]
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Canonical returns the canonical text of p: S-expressions, one meaning a text.
func (p *Plan) Canonical() string { return p.canonical }

// Digest returns "sha256:" and the hexadecimal SHA-256 of the canonical text.
func (p *Plan) Digest() string { return p.digest }

// CohortOf returns the cohort that r reports about.
func (p *Plan) CohortOf(r *Report) *Cohort { return p.Cohorts[r.Cohort] }
