package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/internal/cli"
)

// compiled is a query with what it was compiled against.
type compiled struct {
	plan   *plan.Plan
	target dsl.Target
	diags  diag.List
	text   string
}

// compile reads the catalog and the query that the flags name.
func compile(c *cobra.Command, name string) (compiled, error) {
	text, err := cli.ReadFile(c, name)
	if err != nil {
		return compiled{}, err
	}
	target, err := readTarget(c, name)
	if err != nil {
		return compiled{}, err
	}
	params, _ := c.Flags().GetStringToString("param")
	p, diags := dsl.Compile(name, text, params, target)
	if diags.Failed() {
		return compiled{}, &cli.Diagnosed{File: name, Source: text, List: diags}
	}
	return compiled{p, target, diags, text}, nil
}

func targetFlags(c *cobra.Command) *cobra.Command {
	c.Flags().String("catalog", "", "catalog of the dataset (default: catalog.yaml beside the query or above it)")
	c.Flags().StringToString("param", nil, "value of a parameter, such as min_age=\"40 years\"")
	return c
}

// readTarget reads the catalog and the vocabulary.csv beside it.
func readTarget(c *cobra.Command, query string) (dsl.Target, error) {
	path, _ := c.Flags().GetString("catalog")
	if path == "" {
		path = findCatalog(query)
	}
	if path == "" {
		return dsl.Target{}, cli.Usagef("there is no catalog.yaml beside the query or above it; name it with --catalog")
	}
	t, err := cli.ReadTarget(c, path, "")
	return t.Target, err
}

// findCatalog looks for catalog.yaml beside a query and in the two folders above.
func findCatalog(query string) string {
	dir := filepath.Dir(query)
	for range 3 {
		path := filepath.Join(dir, "catalog.yaml")
		if _, err := os.Stat(path); err == nil {
			return path
		}
		dir = filepath.Join(dir, "..")
	}
	return ""
}

func checkCommand() *cobra.Command {
	return targetFlags(&cobra.Command{
		Use:   "check FILE…",
		Short: "Find all faults of queries at once",
		Example: `  cohort check t2d.cohort --catalog catalog.yaml
  cohort check *.cohort --json | jq .diagnostics`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return each(args, func(name string) error {
				q, err := compile(c, name)
				if err != nil {
					return err
				}
				if !cli.JSON(c) {
					diag.Render(c.ErrOrStderr(), name, q.text, q.diags)
				}
				digest := q.plan.Digest()
				return cli.Say(c, map[string]any{"file": name, "digest": digest, "diagnostics": append(diag.List{}, q.diags...)},
					"%s: ok, %s", name, digest)
			})
		},
	})
}
