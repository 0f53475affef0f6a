// Command bench measures the enclave against plain DuckDB. It makes a synthetic population, ingests it, asks the
// queries of bench/queries of the enclave and the SQL of bench/sql of a long-lived, unlocked DuckDB over the same
// Parquet in plain, and writes docs/benchmarks.md and bench/results.json. See the former for what is compared.
//
//	go run ./bench --scale 0.02
//
// Each side runs in a process of its own (package bench/child).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/officina-enclave/officina/bench/child"
	"github.com/officina-enclave/officina/internal/durable"
)

// options are the flags.
type options struct {
	scale   float64
	runs    int
	only    string
	threads int
	dir     string
	fresh   bool
	out     string
	// constructs says that nothing but the constructs is measured.
	constructs bool
}

// persons of scale 1.
const fullScale = 1_000_000

func (o options) persons() int { return int(math.Round(o.scale * fullScale)) }

const usage = `bench measures the enclave against plain DuckDB, on a synthetic population that it makes first.

  go run ./bench --scale 0.02                    20,000 persons, 1.2 M events: a minute
  go run ./bench                                 1,000,000 persons, 60 M events
  go run ./bench --scale 0.05 --only 'all-'      only the queries with that in their name; writes no files
  go run ./bench --constructs --only 'nested'    only those constructs of the language; writes no files

It stops when the two sides do not count the same persons. A target that is missed is said, and is no failure.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == child.Word {
		w := new(worker)
		return errors.Join(child.Serve(ctx, os.Stdin, os.Stdout, w.do), w.close())
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	queries, err := load(o.only)
	if err != nil && !o.constructs {
		return err
	}
	d, err := prepare(ctx, o)
	if err != nil {
		return err
	}
	var constructs []construct
	if o.constructs || o.only == "" {
		if constructs, err = measureConstructs(ctx, o, d); err != nil || o.constructs {
			fmt.Println(constructsTable(constructs))
			return err
		}
	}
	m, err := measure(ctx, o, queries, d)
	if err != nil {
		return err
	}
	m.constructs = constructs
	r := resultsOf(o.scale, m)
	text := page(r, m, strings.Join(append([]string{"go run ./bench"}, args...), " "))
	fmt.Println(text[strings.Index(text, "## Targets"):])
	if o.only != "" {
		return nil
	}
	return write(o.out, r, text)
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.Usage = func() { fmt.Fprint(f.Output(), usage); f.PrintDefaults() }
	f.Float64Var(&o.scale, "scale", 1, "how large the population is; 1 is 1,000,000 persons")
	f.IntVar(&o.runs, "runs", 11, "runs of each query on each side")
	f.StringVar(&o.only, "only", "", "a regular `expression`: measure the queries whose names match, and write no files")
	f.BoolVar(&o.constructs, "constructs", false, "measure the constructs of the language only, and write no files")
	f.IntVar(&o.threads, "threads", runtime.NumCPU(), "threads of either side")
	f.StringVar(&o.dir, "dir", filepath.Join(os.TempDir(), "officina-bench"), "where the datasets lie; they are used again")
	f.BoolVar(&o.fresh, "fresh", false, "make the dataset anew: needed when ingest has changed")
	f.StringVar(&o.out, "out", ".", "the repository, where docs/benchmarks.md and bench/results.json are written")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 || o.scale < 0.001 || o.scale > 4 || o.runs < 1 || o.threads < 1 {
		return o, errors.New("--scale is from 0.001 to 4, --runs and --threads are at least 1, and there are no arguments; see --help")
	}
	return o, nil
}

func write(out string, r results, page string) error {
	text, err := r.encode()
	if err != nil {
		return err
	}
	return errors.Join(
		durable.WriteFile(filepath.Join(out, "docs", "benchmarks.md"), []byte(page), 0o644),
		durable.WriteFile(filepath.Join(out, "bench", "results.json"), text, 0o644))
}
