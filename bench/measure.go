package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/officina-enclave/officina/bench/cells"
	"github.com/officina-enclave/officina/bench/child"
)

// timed are the times of one query, in milliseconds.
type timed struct {
	query                   query
	plain, hot, cold, ehrql []float64
	hotStages, coldStages   map[string][]float64
}

// measurement is all that was measured.
type measurement struct {
	options
	data     dataset
	duckdb   string  // version
	peakMB   float64 // of the processes that submit
	plainMB  float64 // of the plain side
	load     float64 // of the machine before the first run, in processes that want to run
	asked    int     // submissions, each a question of its own
	again    int     // of these, because policy took too long
	queries  []*timed
	finished time.Time

	constructs []construct
}

// bench measures.
type bench struct {
	measurement
	study string
	plain *child.Process
}

// measure does all of it: the answers first, then hot, then cold.
func measure(ctx context.Context, o options, queries []query, d dataset) (m measurement, err error) {
	b := &bench{measurement: measurement{options: o}, study: fmt.Sprintf("bench-%d", time.Now().Unix())}
	b.data, b.load = d, load1()
	for _, q := range queries {
		b.queries = append(b.queries, &timed{query: q, hotStages: map[string][]float64{}, coldStages: map[string][]float64{}})
	}
	if b.plain, err = child.Start(ctx, o.threads); err != nil {
		return m, err
	}
	for _, step := range []func(context.Context) error{b.version, b.verify, b.hot, b.cold} {
		if err = step(ctx); err != nil {
			break
		}
	}
	slices.SortFunc(b.queries, func(x, y *timed) int { return cmp.Compare(median(x.plain), median(y.plain)) })
	peak, closed := b.plain.Close()
	b.plainMB, b.finished = megabytes(peak), time.Now()
	return b.measurement, errors.Join(err, closed)
}

func (b *bench) version(context.Context) error {
	var r reply
	err := b.plain.Ask(request{Do: "version", Dir: b.data.dir, Threads: b.threads}, &r)
	b.duckdb = r.Version
	return err
}

// verify asks every query once and wants the same counts of both sides, before anything is measured.
func (b *bench) verify(ctx context.Context) error {
	return b.with(ctx, func(p *child.Process) error {
		for _, q := range b.queries {
			var want reply
			if err := p.Ask(request{Do: "exact", Dir: b.data.dir, Name: q.query.name, Text: q.query.cohort}, &want); err != nil {
				return fmt.Errorf("%s: %w", q.query.name, err)
			}
			for _, text := range []string{q.query.plain, q.query.ehrql} {
				if text == "" {
					continue
				}
				got, err := b.sql(text, 0)
				if err == nil {
					err = cells.Compare(got.Tables, want.Tables)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", q.query.name, err)
				}
			}
		}
		fmt.Fprintf(os.Stderr, "both sides count the same in %d queries\n", len(b.queries))
		return nil
	})
}

// with gives a new process to do, and takes no notice of its memory.
func (b *bench) with(ctx context.Context, do func(*child.Process) error) error {
	p, err := child.Start(ctx, b.threads)
	if err != nil {
		return err
	}
	done := do(p)
	_, closed := p.Close()
	return errors.Join(done, closed)
}

// hot measures with all images in the cache: each query is asked once before, on both sides.
func (b *bench) hot(ctx context.Context) error {
	if _, _, err := once(ctx, b.threads, request{Do: "register", Dir: b.data.dir, Study: b.study}); err != nil {
		return err
	}
	return b.submitting(ctx, "hot", func(p *child.Process, q *timed) error {
		if _, err := b.ask(p, "hot", q); err != nil {
			return err
		}
		if _, err := b.sql(q.query.plain, b.asked); err != nil {
			return err
		}
		for i := range b.runs {
			if err := b.pair(i, q, func() error { return b.submit(p, q, "hot", &q.hot, q.hotStages) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// cold measures with empty caches of images and keys, and the files in the page cache.
func (b *bench) cold(ctx context.Context) error {
	return b.submitting(ctx, "cold", func(p *child.Process, q *timed) error {
		for i := range b.runs {
			if err := b.pair(i, q, func() error { return b.submit(p, q, "cold", &q.cold, q.coldStages) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// submit keeps the times of one submission.
func (b *bench) submit(p *child.Process, q *timed, do string, whole *[]float64, stages map[string][]float64) error {
	r, err := b.ask(p, do, q)
	*whole = append(*whole, r.Ms)
	for name, ms := range r.Stages {
		stages[name] = append(stages[name], ms)
	}
	return err
}

// submitting measures every query with one new process, whose peak of memory counts.
func (b *bench) submitting(ctx context.Context, what string, do func(*child.Process, *timed) error) error {
	p, err := child.Start(ctx, b.threads)
	if err != nil {
		return err
	}
	for _, q := range b.queries {
		fmt.Fprintf(os.Stderr, "%s: %s\n", what, q.query.name)
		if err = do(p, q); err != nil {
			err = fmt.Errorf("%s, %s: %w", q.query.name, what, err)
			break
		}
	}
	peak, closed := p.Close()
	b.peakMB = max(b.peakMB, megabytes(peak))
	return errors.Join(err, closed)
}

// rest is the time between two runs, in which each side ends what it does after an answer: the enclave makes its next
// blank DuckDB instance and files what it logged. Otherwise that would slow down the other side.
const rest = 50 * time.Millisecond

// pair measures plain and the other, each first in every second pair, and ehrQL's manner after them.
func (b *bench) pair(i int, q *timed, other func() error) error {
	plain := func() error {
		r, err := b.sql(q.query.plain, b.asked)
		q.plain = append(q.plain, r.Ms)
		return err
	}
	steps := []func() error{plain, other}
	if i%2 == 1 {
		steps[0], steps[1] = other, plain
	}
	if q.query.ehrql != "" {
		steps = append(steps, func() error {
			r, err := b.sql(q.query.ehrql, b.asked)
			q.ehrql = append(q.ehrql, r.Ms)
			return err
		})
	}
	for _, step := range steps {
		time.Sleep(rest)
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// ask submits q as a new question. On a busy machine policy may take too long and so deny: then q is asked again, and
// the page says how often that was.
func (b *bench) ask(p *child.Process, do string, q *timed) (r reply, err error) {
	for range 3 {
		b.asked++
		err = p.Ask(request{Do: do, Dir: b.data.dir, Name: q.query.name, Text: asked(q.query.cohort, b.asked), Study: b.study}, &r)
		if err == nil || !strings.Contains(err.Error(), "[policy-timeout]") {
			break
		}
		b.again++
	}
	return r, err
}

func (b *bench) sql(text string, n int) (r reply, err error) {
	err = b.plain.Ask(request{Do: "plain", Dir: b.data.dir, Text: asked(text, n), Threads: b.threads}, &r)
	return r, err
}
