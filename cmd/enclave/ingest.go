package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/connectors/csv"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/terminal"
)

func ingestCommand() *cobra.Command {
	var catalog, vocabulary, mapping string
	var limit float64
	c := &cobra.Command{
		Use:   "ingest DIR --catalog catalog.yaml --mapping mapping.yaml",
		Short: "Load CSV files as the new snapshot of a dataset: all of it or nothing",
		Long: `ingest reads the CSV files of DIR as the mapping says, checks every row against the catalog, replaces
identifiers by ordinals, converts units, sorts, encrypts, and puts the new snapshot in force. Until that
last step the old snapshot stays. The load report tells files and lines, never values.`,
		Example: `  enclave ingest shared/data/clinical/r_survival --catalog pbc.catalog.yaml --mapping pbc.mapping.yaml`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			target, err := cli.ReadTarget(c, catalog, vocabulary)
			if err != nil {
				return err
			}
			source, err := csv.Open(args[0], mapping)
			if err != nil {
				return &enclave.Error{Class: enclave.Invalid, Message: err.Error()}
			}
			defer source.Close()
			return withNode(c, func(ctx context.Context, n *node.Node) error {
				report, err := load(ctx, c, n, node.Load{Name: catalog, Catalog: target.CatalogText, Vocabulary: target.VocabularyText,
					Source: source, Limit: limit})
				if len(report.Tables) > 0 {
					err = errors.Join(showLoad(c, report), err)
				}
				return steward(err)
			})
		},
	}
	c.Flags().StringVar(&catalog, "catalog", "", "the catalog of the dataset")
	c.Flags().StringVar(&vocabulary, "vocabulary", "", "code labels and hierarchies (default: vocabulary.csv beside the catalog)")
	c.Flags().StringVar(&mapping, "mapping", "", "which column of which file is what")
	c.Flags().Float64Var(&limit, "limit", ingest.DefaultLimit, "largest share of rejected rows of a table")
	c.MarkFlagRequired("catalog")
	c.MarkFlagRequired("mapping")
	return c
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
