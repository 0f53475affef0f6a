// Command cohort is the researcher's tool: it formats, checks, lints and explains cohort queries, imports from elsewhere, serves editors, and verifies
// receipts. It is pure Go and needs no enclave.
package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/internal/cli"
)

func main() { os.Exit(cli.Main(root())) }

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "cohort",
		Short: "Write, check and explain cohort queries; verify what an enclave released",
		Long: `cohort works on cohort queries (*.cohort) and on releases.

  cohort fmt t2d.cohort                          lay a query out
  cohort check t2d.cohort --catalog catalog.yaml find its faults, all at once
  cohort test t2d.cohort                         run the tests written in it
  cohort lint t2d.cohort                         find what is probably not meant
  cohort explain t2d.cohort                      say what it means, in plain language
  cohort lsp                                     serve an editor
  cohort import circe cohort.json                from OHDSI Circe, as ATLAS writes it
  cohort verify receipt.json                     is a release genuine?

Exit codes: 0 done, 1 a test fails, 2 the query or the receipt has faults.`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(fmtCommand(), checkCommand(), lintCommand(), testCommand(), explainCommand(), importCommand(), lspCommand(), verifyCommand())
	return c
}

// each does the work for every file: faults of one do not hide those of the next.
func each(names []string, work func(name string) error) error {
	var errs []error
	for _, name := range names {
		errs = append(errs, work(name))
	}
	return errors.Join(errs...)
}
