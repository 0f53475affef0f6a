package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl/circe"
	"github.com/officina-enclave/officina/internal/cli"
)

func importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Turn another language's cohort into a query",
		Args:  cobra.NoArgs,
	}
	c.AddCommand(circeCommand())
	return c
}

func circeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "circe FILE",
		Short: "Turn a cohort expression of OHDSI Circe (ATLAS) into a query over the standard catalog omop",
		Long: `circe prints the query, and on the standard error what the query does not say: the place in the JSON, and why.

Exit codes: 0 the query says who is in and when, but for differences that the report tells; 2 a part of that is left out, or the
file is no cohort expression. What is imported how: docs/import-circe.md.`,
		Example: `  cohort import circe celecoxib.json > celecoxib.cohort
  cohort import circe celecoxib.json --json | jq .parts`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := cli.ReadFile(c, args[0])
			if err != nil {
				return err
			}
			r, err := circe.Import(titleOf(args[0]), []byte(text))
			if err != nil {
				return cli.Usagef("%s: %v", args[0], err)
			}
			return tell(c, r)
		},
	}
}

// titleOf is the name of a file without its ending, for expressions that have no name.
func titleOf(file string) string {
	if file == "-" {
		return "Imported cohort"
	}
	return strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
}

// tell prints what was imported. Its exit code says whether persons and index dates are all said.
func tell(c *cobra.Command, r *circe.Result) error {
	if err := cli.Say(c, r, "%s", strings.TrimSuffix(r.Text, "\n")); err != nil {
		return err
	}
	if !cli.JSON(c) {
		fmt.Fprint(c.ErrOrStderr(), r.Report())
	}
	if !r.Said() {
		return cli.Quiet(2)
	}
	return nil
}
