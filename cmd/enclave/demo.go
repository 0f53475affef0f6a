package main

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/demo"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/enclave/study"
	"github.com/officina-enclave/officina/examples"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/policy"
)

const (
	demoDataset    = "precision-demo"
	demoResearcher = "researcher@example.org"
)

func demoCommand() *cobra.Command {
	var seed uint64
	var persons int
	var keep string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Make a synthetic dataset, encrypt it, ask it, and show what may be released",
		Long: `demo does the whole job on this machine with no service: it makes a synthetic precision-medicine dataset,
encrypts it, registers two studies, runs their cohort queries and verifies every receipt.

The same seed gives the same persons and the same keys, so nothing in it is secret.`,
		Example: `  enclave demo --persons 100000 --keep demo-data
  enclave demo --json | jq .first_answer_s`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if persons < 100 || persons > 2_000_000 {
				return cli.Usagef("--persons takes 100 to 2000000")
			}
			dir := keep
			if dir == "" {
				temporary, err := os.MkdirTemp("", "officina-demo-")
				if err != nil {
					return err
				}
				defer os.RemoveAll(temporary)
				dir = temporary
			}
			d := &demonstration{c: c, out: c.OutOrStdout(), dir: dir, seed: seed, persons: persons, began: time.Now()}
			if cli.JSON(c) {
				d.out = io.Discard
			}
			return d.run(c.Context())
		},
	}
	c.Flags().Uint64Var(&seed, "seed", 1, "seed of persons and keys")
	c.Flags().IntVar(&persons, "persons", 20_000, "how many persons")
	c.Flags().StringVar(&keep, "keep", "", "make the data folder here and keep it")
	return c
}

// demonstration is one demo; its exported fields are what --json prints.
type demonstration struct {
	c       *cobra.Command
	out     io.Writer
	dir     string
	seed    uint64
	persons int
	began   time.Time

	FirstAnswer float64     `json:"first_answer_s"` // from the start of the command
	Queries     []demoQuery `json:"queries"`
}

type demoQuery struct {
	Name            string  `json:"name"`
	Seconds         float64 `json:"seconds"`
	Cells           int     `json:"cells"`
	Hidden          int     `json:"hidden"`
	ReceiptVerified bool    `json:"receipt_verified"`
}

func (d *demonstration) run(ctx context.Context) (err error) {
	board := demoBoard(d.seed)
	config := node.Config{Format: node.Format, Name: "officina-demo", Contact: "custodian@example.org", Floor: node.DefaultFloor}
	makeKeys := func(dir string) (*local.Keyring, error) { return local.CreateFromSeed(dir, d.seed) }
	if err := node.Create(d.dir, config, []ed25519.PublicKey{board.Public().(ed25519.PublicKey)}, makeKeys); err != nil {
		return err
	}
	n, err := node.Open(ctx, d.dir, node.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()

	if err := d.load(ctx, n); err != nil {
		return err
	}
	if err := d.register(ctx, n, board); err != nil {
		return err
	}
	if err := d.ask(ctx, n); err != nil {
		return err
	}
	return d.close(ctx, n)
}

// demoBoard is the key of the demo's ethics board.
func demoBoard(seed uint64) ed25519.PrivateKey {
	sum := sha256.Sum256(fmt.Appendf(nil, "officina demo board %d", seed))
	return ed25519.NewKeyFromSeed(sum[:])
}

func (d *demonstration) load(ctx context.Context, n *node.Node) error {
	catalog, err := examples.Files.ReadFile("catalog.yaml")
	if err != nil {
		return err
	}
	vocabulary, err := examples.Files.ReadFile("vocabulary.csv")
	if err != nil {
		return err
	}
	report, err := load(ctx, d.c, n, node.Load{Name: "catalog.yaml", Catalog: catalog, Vocabulary: vocabulary,
		Source: demo.Source{Seed: d.seed, Persons: d.persons}, Seed: d.seed})
	if err != nil {
		return err
	}
	var rows int64
	for _, t := range report.Tables {
		rows += t.Loaded
	}
	fmt.Fprintf(d.out, "Made %d synthetic persons with %d rows, and encrypted them in %.1f s (%s).\n\n", report.Persons, rows, report.Seconds, d.dir)
	return nil
}

// register signs the studies of the examples as the board and registers them.
func (d *demonstration) register(ctx context.Context, n *node.Node, board ed25519.PrivateKey) error {
	files, err := fs.Glob(examples.Files, "*/study.yaml")
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := examples.Files.ReadFile(file)
		if err != nil {
			return err
		}
		if _, err := n.AddStudy(ctx, text, study.Sign(board, text)); err != nil {
			return err
		}
	}
	return nil
}

// ask runs every query of the examples, each for its own study.
func (d *demonstration) ask(ctx context.Context, n *node.Node) error {
	e, err := n.Enclave(ctx, demoDataset)
	if err != nil {
		return err
	}
	files, err := fs.Glob(examples.Files, "*/*.cohort")
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := examples.Files.ReadFile(file)
		if err != nil {
			return err
		}
		s := enclave.Submission{Name: "examples/" + file, Text: string(text), Study: path.Dir(file),
			Subject: policy.Subject{ID: demoResearcher, Organisation: "Officina demo", Roles: []string{"researcher"}}}
		a, err := ask(ctx, n, e, s)
		if err != nil {
			return diagnosed(err, s.Name, s.Text)
		}
		if err := d.show(a); err != nil {
			return err
		}
	}
	return nil
}

func (d *demonstration) show(a *answer) error {
	if d.FirstAnswer == 0 {
		d.FirstAnswer = time.Since(d.began).Seconds()
	}
	q := demoQuery{Name: strings.TrimSuffix(strings.TrimPrefix(a.name, "examples/"), ".cohort"), Seconds: a.seconds, ReceiptVerified: a.verdict != ""}
	for _, t := range a.document.Tables {
		q.Cells += t.Cells
		q.Hidden += t.Hidden
	}
	d.Queries = append(d.Queries, q)
	fmt.Fprintf(d.out, "── %s\n\n", a.name)
	if err := a.write(d.out, false); err != nil {
		return err
	}
	fmt.Fprintln(d.out)
	return nil
}

// close verifies the audit log and sums up.
func (d *demonstration) close(ctx context.Context, n *node.Node) error {
	log, err := inspect.Verify(ctx, path.Join(d.dir, "audit"), n.Log.Key(), nil)
	if err != nil {
		return err
	}
	if cli.JSON(d.c) {
		return cli.Print(d.c.OutOrStdout(), d)
	}
	fmt.Fprintf(d.out, "%-24s %8s %7s %7s  %s\n", "query", "seconds", "cells", "hidden", "receipt")
	for _, q := range d.Queries {
		fmt.Fprintf(d.out, "%-24s %8.3f %7d %7d  %s\n", q.Name, q.Seconds, q.Cells, q.Hidden, map[bool]string{true: "verified"}[q.ReceiptVerified])
	}
	fmt.Fprintf(d.out, "\nThe audit log verifies: %d entries. First protected answer after %.2f s.\n", log.Size, d.FirstAnswer)
	return nil
}
