package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/officina-enclave/officina/bench/child"
	"github.com/officina-enclave/officina/internal/canon"
	"github.com/officina-enclave/officina/internal/durable"
)

const seed = 1

// dataset is what lies in a folder: the sealed data folder, the same in plain, and this description, which is written
// last, so that a folder without it is not used.
type dataset struct {
	Persons  int       `json:"persons"`
	Seed     uint64    `json:"seed"`
	Catalog  string    `json:"catalog"` // digest of the file
	Made     time.Time `json:"made"`
	Rows     int64     `json:"rows"`
	Ingest   float64   `json:"ingest_seconds"`
	IngestMB float64   `json:"ingest_peak_mb"` // of memory
	PlainMB  float64   `json:"plain_mb"`       // on disk
	SealedMB float64   `json:"sealed_mb"`

	dir string
}

const description = "bench.json"

// prepare finds the dataset of o, or makes it.
func prepare(ctx context.Context, o options) (dataset, error) {
	catalog, err := read("catalog.yaml")
	if err != nil {
		return dataset{}, err
	}
	want := dataset{Persons: o.persons(), Seed: seed, Catalog: canon.Sum([]byte(catalog))}
	want.dir = filepath.Join(o.dir, fmt.Sprintf("%d-persons", want.Persons))
	if found, err := readDescription(want.dir); !o.fresh && err == nil && found.Persons == want.Persons && found.Seed == want.Seed && found.Catalog == want.Catalog {
		fmt.Fprintf(os.Stderr, "using the dataset in %s, made %s; --fresh makes it anew\n", want.dir, moment(found.Made))
		return found, nil
	}
	if err := errors.Join(os.RemoveAll(want.dir), os.MkdirAll(want.dir, 0o700)); err != nil {
		return dataset{}, err
	}
	return want, want.make(ctx, o.threads)
}

func readDescription(dir string) (d dataset, err error) {
	text, err := os.ReadFile(filepath.Join(dir, description))
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	d.dir = dir
	return d, err
}

// make ingests in one process and exports in another, so that the memory of the first is that of ingest.
func (d *dataset) make(ctx context.Context, threads int) error {
	fmt.Fprintf(os.Stderr, "ingesting %d persons into %s\n", d.Persons, d.dir)
	loaded, peak, err := once(ctx, threads, request{Do: "ingest", Dir: d.dir, Persons: d.Persons})
	if err != nil {
		return err
	}
	d.Made, d.Rows, d.Ingest, d.IngestMB = time.Now(), loaded.Rows, loaded.Ms/1000, megabytes(peak)
	fmt.Fprintf(os.Stderr, "  %d rows in %.1f s, peak %.0f MB\nwriting the same in plain\n", d.Rows, d.Ingest, d.IngestMB)
	r := request{Do: "export", Dir: d.dir}
	if _, _, err := once(ctx, threads, r); err != nil {
		return err
	}
	d.PlainMB, d.SealedMB = size(r.plainDir()), size(filepath.Join(r.sealedDir(), "datasets"))
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(d.dir, description), text, 0o600)
}

// once lets a new process do one thing, and returns its peak of memory in bytes.
func once(ctx context.Context, threads int, r request) (out reply, peak int64, err error) {
	p, err := child.Start(ctx, threads)
	if err != nil {
		return out, 0, err
	}
	asked := p.Ask(r, &out)
	peak, closed := p.Close()
	return out, peak, errors.Join(asked, closed)
}

// size sums the files of a folder.
func size(dir string) float64 {
	var sum int64
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return megabytes(sum)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func megabytes(n int64) float64 { return float64(n) / 1e6 }
