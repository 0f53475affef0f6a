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

// EventSet is a set of events of one source, many per person.
type EventSet struct {
	Source *catalog.Source
	Codes  *CodeSet // nil: any code
	// Without are codes of protected topics that the study may not see; see [Plan.Restrict].
	Without *CodeSet
	Where   Expr // nil: no condition
	Bounds  []Bound
}

// Bound is one comparison of an event's time with a date. All temporal phrases come down to bounds.
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
	sum := sha256.Sum256([]byte(p.canonical))
	p.digest = "sha256:" + hex.EncodeToString(sum[:])
	return &p
}

// Canonical returns the canonical text of p: S-expressions, one meaning a text.
func (p *Plan) Canonical() string { return p.canonical }

// Digest returns "sha256:" and the hexadecimal SHA-256 of the canonical text.
func (p *Plan) Digest() string { return p.digest }

// CohortOf returns the cohort that r reports about.
func (p *Plan) CohortOf(r *Report) *Cohort { return p.Cohorts[r.Cohort] }
