package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/csv"
	"github.com/officina-enclave/officina/connectors/omop"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/terminal"
)

func ingestCommand() *cobra.Command {
	var in input
	var limit float64
	c := &cobra.Command{
		Use:   "ingest DIR --catalog catalog.yaml (--mapping mapping.yaml | --format omop)",
		Short: "Load CSV files or an OMOP CDM as the new snapshot of a dataset: all of it or nothing",
		Long: `ingest reads the files of DIR, checks every row against the catalog, replaces identifiers by ordinals, converts
units, sorts, encrypts, and puts the new snapshot in force. Until that last step the old snapshot stays. The load
report tells files and lines, never values.

--format csv reads CSV files as the mapping says. --format omop reads the OMOP CDM 5.3 or 5.4 from a folder or a zip
archive of CSV or Parquet files, and makes the vocabulary of its concept tables; its catalog says "extends: omop".`,
		Example: `  enclave ingest shared/data/clinical/r_survival --catalog pbc.catalog.yaml --mapping pbc.mapping.yaml
  enclave ingest shared/data/omop/gibleed --format omop --catalog gibleed.catalog.yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in.dir = args[0]
			target, err := cli.ReadTarget(c, in.catalog, in.vocabulary)
			if err != nil {
				return err
			}
			source, err := in.open(c.Context(), &target)
			if err != nil {
				return &enclave.Error{Class: enclave.Invalid, Message: err.Error()}
			}
			defer source.Close()
			return withNode(c, func(ctx context.Context, n *node.Node) error {
				report, err := load(ctx, c, n, node.Load{Name: in.catalog, Catalog: target.CatalogText, Vocabulary: target.VocabularyText,
					Libraries: target.LibraryTexts, Source: source, Limit: limit})
				if len(report.Tables) > 0 {
					err = errors.Join(showLoad(c, report), err)
				}
				showNotes(c, source)
				return steward(err)
			})
		},
	}
	c.Flags().StringVar(&in.catalog, "catalog", "", "the catalog of the dataset")
	c.Flags().StringVar(&in.format, "format", "csv", "what the files are: csv or omop")
	c.Flags().StringVar(&in.vocabulary, "vocabulary", "", "code labels and hierarchies (default: vocabulary.csv beside the catalog; of omop: its concept tables)")
	c.Flags().StringVar(&in.mapping, "mapping", "", "of csv: which column of which file is what")
	c.Flags().Float64Var(&limit, "limit", ingest.DefaultLimit, "largest share of rejected rows of a table")
	c.MarkFlagRequired("catalog")
	return c
}

// input says what is to be loaded.
type input struct{ dir, format, catalog, vocabulary, mapping string }

// source is an open connector.
type source interface {
	connectors.Source
	Close() error
}

// open opens the connector of the format, and gives target the vocabulary that comes with the data.
func (in input) open(ctx context.Context, target *cli.Target) (source, error) {
	switch {
	case in.format == "csv" && in.mapping == "":
		return nil, errors.New("--format csv needs --mapping: which column of which file is what")
	case in.format == "csv":
		return csv.Open(in.dir, in.mapping)
	case in.format != "omop":
		return nil, fmt.Errorf("--format %q is neither csv nor omop", in.format)
	case in.mapping != "":
		return nil, errors.New("--mapping is for --format csv; the OMOP CDM says itself what its columns are")
	}
	s, err := omop.Open(ctx, in.dir)
	if err == nil && in.vocabulary == "" {
		target.VocabularyText, err = s.Vocabulary(ctx)
	}
	if err != nil && s != nil {
		err = errors.Join(err, s.Close())
	}
	return s, err
}

// showNotes tells the steward what a connector passed over.
func showNotes(c *cobra.Command, s source) {
	if told, ok := s.(interface{ Notes() []string }); ok {
		for _, note := range told.Notes() {
			fmt.Fprintln(c.ErrOrStderr(), "note: "+note)
		}
	}
}

// load ingests with a progress bar.
func load(ctx context.Context, c *cobra.Command, n *node.Node, l node.Load) (ingest.Report, error) {
	bar := terminal.NewProgress(c.ErrOrStderr(), "loading", 2*l.Source.Size())
	defer bar.Close()
	var done int64
	l.Progress = func(p ingest.Progress) {
		bar.Add(p.Bytes - done)
		done = p.Bytes
	}
	return n.Ingest(ctx, l)
}

func showLoad(c *cobra.Command, r ingest.Report) error {
	if cli.JSON(c) {
		return cli.Print(c.OutOrStdout(), r)
	}
	return r.WriteText(c.OutOrStdout())
}

// steward tells the steward what went wrong with a load: files, lines and columns, never values.
func steward(err error) error {
	var told *enclave.Error
	if err == nil || errors.As(err, &told) {
		return err
	}
	return &enclave.Error{Class: enclave.Invalid, Message: fmt.Sprintf("nothing was loaded; the old snapshot stays in force: %v", err)}
}
