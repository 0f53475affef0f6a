package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/officina-enclave/officina/bench/cells"
	"github.com/officina-enclave/officina/bench/plain"
	"github.com/officina-enclave/officina/bench/population"
	"github.com/officina-enclave/officina/bench/sealed"
)

// request asks a child to do one thing with the dataset in Dir.
type request struct {
	Do      string `json:"do"` // a key of tasks
	Dir     string `json:"dir"`
	Name    string `json:"name,omitempty"` // of a query
	Text    string `json:"text,omitempty"` // of a query, or SQL
	Study   string `json:"study,omitempty"`
	Persons int    `json:"persons,omitempty"`
	Threads int    `json:"threads,omitempty"`
}

// sealedDir and plainDir are the data folder and the plain Parquet within a dataset.
func (r request) sealedDir() string { return filepath.Join(r.Dir, "sealed") }
func (r request) plainDir() string  { return filepath.Join(r.Dir, "plain") }

// reply is what a child says of it.
type reply struct {
	Ms      float64            `json:"ms"`            // how long it took, where that is measured
	CPUMs   float64            `json:"cpu,omitempty"` // how long the processors worked on it, where that is measured
	Stages  map[string]float64 `json:"stages,omitempty"`
	Tables  []cells.Table      `json:"tables,omitempty"`
	Rows    int64              `json:"rows,omitempty"` // loaded
	Version string             `json:"version,omitempty"`
}

// worker is what a child keeps between requests.
type worker struct {
	db      *plain.DB
	enclave *sealed.Enclave
	engine  *sealed.Engine
}

func (w *worker) close() error {
	var errs []error
	if w.db != nil {
		errs = append(errs, w.db.Close())
	}
	if w.engine != nil {
		errs = append(errs, w.engine.Close())
	}
	if w.enclave != nil {
		errs = append(errs, w.enclave.Close())
	}
	return errors.Join(errs...)
}

var tasks = map[string]func(*worker, context.Context, request) (reply, error){
	"ingest":   (*worker).ingest,
	"export":   (*worker).export,
	"exact":    (*worker).exact,
	"register": (*worker).register,
	"version":  (*worker).version,
	"plain":    (*worker).plain,
	"work":     (*worker).work,
	"hot":      (*worker).hot,
	"cold":     (*worker).cold,
}

func (w *worker) do(ctx context.Context, text json.RawMessage) (any, error) {
	var r request
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, err
	}
	task, ok := tasks[r.Do]
	if !ok {
		return nil, fmt.Errorf("a child cannot %q", r.Do)
	}
	return task(w, ctx, r)
}

func (w *worker) ingest(ctx context.Context, r request) (reply, error) {
	catalog, err := read("catalog.yaml")
	if err != nil {
		return reply{}, err
	}
	began, next := time.Now(), 0.1
	report, err := sealed.Create(ctx, r.sealedDir(), []byte(catalog), population.Source{Seed: seed, Persons: r.Persons}, func(done float64) {
		if done >= next {
			fmt.Fprintf(os.Stderr, "  %3.0f %% after %.0f s\n", 100*done, time.Since(began).Seconds())
			next += 0.1
		}
	})
	out := reply{Ms: since(began)}
	for _, t := range report.Tables {
		out.Rows += t.Loaded
	}
	return out, err
}

// sealed opens our side, once.
func (w *worker) sealed(ctx context.Context, r request) (err error) {
	if w.enclave == nil {
		w.enclave, err = sealed.Open(ctx, r.sealedDir())
	}
	return err
}

func (w *worker) export(ctx context.Context, r request) (reply, error) {
	if err := w.sealed(ctx, r); err != nil {
		return reply{}, err
	}
	return reply{}, w.enclave.Export(ctx, r.plainDir())
}

func (w *worker) exact(ctx context.Context, r request) (out reply, err error) {
	if err = w.sealed(ctx, r); err == nil {
		out.Tables, err = w.enclave.Exact(ctx, r.Name, r.Text)
	}
	return out, err
}

func (w *worker) register(ctx context.Context, r request) (reply, error) {
	if err := w.sealed(ctx, r); err != nil {
		return reply{}, err
	}
	return reply{}, w.enclave.Register(ctx, r.Study)
}

// open opens the plain side, once.
func (w *worker) open(ctx context.Context, r request) (err error) {
	if w.db == nil {
		w.db, err = plain.Open(ctx, r.plainDir(), r.Threads)
	}
	return err
}

func (w *worker) version(ctx context.Context, r request) (out reply, err error) {
	if err = w.open(ctx, r); err == nil {
		out.Version, err = w.db.Version(ctx)
	}
	return out, err
}

func (w *worker) plain(ctx context.Context, r request) (reply, error) {
	if err := w.open(ctx, r); err != nil {
		return reply{}, err
	}
	var tables []cells.Table
	out, err := spent(func() (err error) {
		tables, err = w.db.Run(ctx, r.Text)
		return err
	})
	out.Tables = tables
	return out, err
}

// work has the engine count a query, with nothing around it.
func (w *worker) work(ctx context.Context, r request) (out reply, err error) {
	if err = w.sealed(ctx, r); err == nil && w.engine == nil {
		w.engine, err = w.enclave.Engine(ctx)
	}
	if err != nil {
		return out, err
	}
	tables, err := w.engine.Run(ctx, r.Name, r.Text, func(run func() error) (err error) {
		out, err = spent(run)
		return err
	})
	out.Tables = tables
	return out, err
}

// spent tells how long do took, and how long the processors worked for this process meanwhile.
func spent(do func() error) (reply, error) {
	began, worked := time.Now(), working()
	err := do()
	return reply{Ms: since(began), CPUMs: worked()}, err
}

// hot submits to an enclave that stays open.
func (w *worker) hot(ctx context.Context, r request) (out reply, err error) {
	if err = w.sealed(ctx, r); err == nil {
		out.Ms, out.Stages, err = w.enclave.Submit(ctx, r.Study, r.Name, r.Text)
	}
	return out, err
}

// cold submits to an enclave that was opened for this one query; to open it is not measured.
func (w *worker) cold(ctx context.Context, r request) (reply, error) {
	e, err := sealed.Open(ctx, r.sealedDir())
	if err != nil {
		return reply{}, err
	}
	ms, stages, err := e.Submit(ctx, r.Study, r.Name, r.Text)
	return reply{Ms: ms, Stages: stages}, errors.Join(err, e.Close())
}

// working begins to measure the time of processors that this process uses.
func working() (since func() float64) {
	used := func() float64 {
		var u syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for oneself
		return float64(u.Utime.Nano()+u.Stime.Nano()) / float64(time.Millisecond)
	}
	began := used()
	return func() float64 { return used() - began }
}

func since(began time.Time) float64 { return float64(time.Since(began)) / float64(time.Millisecond) }
