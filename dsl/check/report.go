package check

import (
	"math"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// report checks one report.
func (c *checker) report(r *syntax.Report) *plan.Report {
	out := &plan.Report{Kind: r.Kind.Name, Label: r.Title.Value}
	kind, ok := plan.KindOf(r.Kind.Name)
	if !ok {
		c.say(unknownKind(r.Kind))
		return out
	}
	co, ok := c.cohorts[r.Cohort.Name]
	if !ok {
		c.say(unknownName(r.Cohort, "unknown-cohort", "cohort", keys(c.cohorts)))
		return out
	}
	out.Cohort, c.entry = co.at, co.entry
	if len(r.By) > kind.Dimensions {
		c.say(tooManyDimensions(r, kind))
		return out
	}
	if kind.Name == "table" && len(r.By) == 0 {
		c.say(noDimension(r))
	}
	cells := 1
	for _, d := range r.By {
		dim := c.dimension(d, co)
		cells = min(cells*(max(len(dim.Keys), len(dim.Bands))+1), math.MaxInt32)
		out.By = append(out.By, dim)
	}
	if cells > MaxCells {
		c.say(tooMany(r.Span(), "cells", cells, MaxCells))
	}
	c.clauses(r, kind, co, out)
	return out
}

func (c *checker) clauses(r *syntax.Report, kind plan.Kind, co *cohort, out *plan.Report) {
	given := map[string]diag.Span{}
	for _, cl := range r.Clauses {
		if first, ok := given[cl.Key.Name]; ok {
			c.say(twice(cl.Key.Span(), cl.Key.Name, first))
		}
		given[cl.Key.Name] = cl.Key.Span()
		if !contains(kind.Clauses, cl.Key.Name) {
			c.say(unknownClause(cl.Key, kind))
			continue
		}
		if len(cl.Values) != 1 {
			c.say(oneValue(cl.Key))
			continue
		}
		v := cl.Values[0]
		t := c.expr(v.X, scope{cohort: co}).settled()
		if t.ok() && !t.numeric() {
			c.say(wrongType(v.X.Span(), "a number", t.x.Type()))
		}
		out.Value, out.ValueLabel = t.x, v.Label.Value
		if out.ValueLabel == "" {
			out.ValueLabel = c.file.Text(v.X.Span())
		}
	}
	for _, key := range kind.Clauses {
		if _, ok := given[key]; !ok {
			c.say(missingClause(r, key))
		}
	}
}

// dimension checks one "by": its keys must be known before anything runs.
func (c *checker) dimension(d syntax.Dimension, co *cohort) *plan.Dimension {
	t := c.expr(d.X, scope{cohort: co}).settled()
	out := &plan.Dimension{X: t.x, Label: d.Label.Value}
	if out.Label == "" {
		out.Label = c.file.Text(d.X.Span())
	}
	if d.Bands != nil {
		out.Bands = c.bands(d, t)
		return out
	}
	if out.Keys = t.keys; len(out.Keys) == 0 && t.ok() {
		c.say(noKeys(d.X.Span(), t.x.Type()))
	}
	return out
}

// bands checks that bands leave no gap, do not overlap, and lie on the grid.
func (c *checker) bands(d syntax.Dimension, t typed) []plan.Band {
	if !t.numeric() {
		if t.ok() {
			c.say(wrongType(d.X.Span(), "a number", t.x.Type()))
		}
		return nil
	}
	out := make([]plan.Band, len(d.Bands))
	for i, b := range d.Bands {
		low, okLow := c.limit(t, b.Low)
		high, okHigh := c.limit(t, b.High)
		if !okLow || !okHigh {
			return nil
		}
		out[i] = plan.Band{Low: low, High: high}
	}
	for i, b := range out {
		if b.Low != nil && b.High != nil && *b.Low >= *b.High {
			c.say(emptyBand(d.Bands[i].Span()))
		}
		if i == 0 {
			continue
		}
		if last := out[i-1].High; last == nil || b.Low == nil || *last != *b.Low {
			c.say(bandGap(d.Bands[i].Span(), d.Bands[i-1].Span()))
		}
	}
	if n := len(out) - 1; out[0].Low != nil || out[n].High != nil {
		c.say(bandsOpen(d.Bands[0].Span().Join(d.Bands[n].Span())))
	}
	return out
}

// limit is one end of a band, in the unit of t; nil is open.
func (c *checker) limit(t typed, n *syntax.Number) (*float64, bool) {
	if n == nil {
		return nil, true
	}
	v, ok := c.convertLiteral(t, &literal{n.Value, n.Unit, n.Span()})
	if ok {
		v = c.onGrid(t, n.Span(), ">=", v, n.Unit)
	}
	return &v, ok
}
