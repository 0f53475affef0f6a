package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/officina-enclave/officina/bench/cells"
	"github.com/officina-enclave/officina/bench/child"
)

// constructRatio is the target of issue 4, Shows 5.
const constructRatio = 1.25

// construct are the times of processors that one construct of the language took, in milliseconds.
type construct struct {
	query      query
	plain, own []float64
}

func (c construct) ratio() float64 { return median(c.own) / median(c.plain) }

// measureConstructs compares the work of queries that hold one construct each: the SQL by hand, and the engine's run.
// What counts is the time of processors, which a busy machine changes less than the time that passes.
func measureConstructs(ctx context.Context, o options, d dataset) (out []construct, err error) {
	queries, err := from("constructs", "constructs", o.only)
	if err != nil {
		return nil, err
	}
	plain, err := child.Start(ctx, o.threads)
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	own, err := child.Start(ctx, o.threads)
	if err != nil {
		return nil, err
	}
	defer own.Close()
	for _, q := range queries {
		c := construct{query: q}
		for i := -1; i < o.runs; i++ { // the first time is to fill the caches and to compare the counts
			if err := c.pair(o, d, i, plain, own); err != nil {
				return nil, fmt.Errorf("%s: %w", q.name, err)
			}
		}
		fmt.Fprintf(os.Stderr, "construct %s: plain %s, own %s, ratio %.2f\n", q.name, spread(c.plain), spread(c.own), c.ratio())
		out = append(out, c)
	}
	return out, nil
}

// pair runs both sides, each first in every second pair.
func (c *construct) pair(o options, d dataset, i int, plain, own *child.Process) error {
	var got, want reply
	steps := []func() error{
		func() error {
			return plain.Ask(request{Do: "plain", Dir: d.dir, Text: asked(c.query.plain, i+1), Threads: o.threads}, &got)
		},
		func() error {
			return own.Ask(request{Do: "work", Dir: d.dir, Name: c.query.name, Text: asked(c.query.cohort, i+1)}, &want)
		},
	}
	if i%2 != 0 {
		steps[0], steps[1] = steps[1], steps[0]
	}
	for _, step := range steps {
		time.Sleep(5 * rest) // what either side does after an answer would count as work of the next
		if err := step(); err != nil {
			return err
		}
	}
	if i >= 0 {
		c.plain, c.own = append(c.plain, got.CPUMs), append(c.own, want.CPUMs)
	}
	return cells.Compare(got.Tables, want.Tables)
}

// constructsTable is the part of the page about constructs.
func constructsTable(constructs []construct) string {
	var b strings.Builder
	b.WriteString(constructsHead)
	for _, c := range constructs {
		fmt.Fprintf(&b, "| [%s](../bench/constructs/%s.cohort): %s | %s | %s | %.2f | %s |\n", c.query.name, c.query.name, c.query.title(),
			spread(c.plain), spread(c.own), c.ratio(), met(c.ratio() <= constructRatio))
	}
	return b.String()
}

const constructsHead = `
## Constructs

One query a construct, and beside it ([bench/constructs](../bench/constructs)) the SQL that a good analyst would write by hand. What is
compared is the work of the query alone, in milliseconds of processor time, with all images in the cache: the statement, the locked
instance and the select on our side, and the select on the other; median [lower quartile–upper quartile]. Both sides count the same.
The target is 1.25 ×.

| construct | plain | own | ÷ plain | |
|---|---:|---:|---:|---|
`
