package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/lint"
	"github.com/officina-enclave/officina/dsl/syntax"
	persons "github.com/officina-enclave/officina/enclave/lint"
	"github.com/officina-enclave/officina/internal/cli"
)

func lintCommand() *cobra.Command {
	var n int
	c := targetFlags(&cobra.Command{
		Use:   "lint FILE…",
		Short: "Find what is allowed in queries and probably not meant",
		Long: `lint finds rules that contradict each other or remove nobody, names that nothing uses, labels that say something else
than their rule, and more: docs/lint.md has an example of each. It reads the catalog and the vocabulary, and makes persons
up; it never sees data. The exit code is 2 when there are findings.`,
		Example: `  cohort lint t2d.cohort
  cohort lint *.cohort --json | jq .findings
  cohort lint t2d.cohort --persons 0        without made-up persons`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return each(args, func(name string) error { return lintFile(c, name, n) })
		},
	})
	c.Flags().IntVar(&n, "persons", 2000, "how many persons to make up for rules that remove nobody")
	return c
}

func lintFile(c *cobra.Command, name string, n int) error {
	if n < 0 {
		return cli.Usagef("--persons is 0 or more")
	}
	q, err := compile(c, name)
	if err != nil {
		return err
	}
	file, _ := syntax.Parse(name, q.text)
	query := lint.Query{File: file, Plan: q.plan, Target: q.target}
	idle, err := persons.Idle(c.Context(), query, n)
	if err != nil {
		return err
	}
	found := slices.Concat(lint.Check(query), idle).Sorted()
	found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { // told by its reason
		return d.Code == "removes-nobody" && slices.ContainsFunc(found, func(e diag.Diagnostic) bool { return e.Code == "no-effect" && e.Span == d.Span })
	})
	if cli.JSON(c) {
		err = cli.Print(c.OutOrStdout(), map[string]any{"file": name, "findings": append(diag.List{}, found...)})
	} else {
		err = diag.Render(c.OutOrStdout(), name, q.text, found)
	}
	if err == nil && len(found) > 0 {
		return cli.Quiet(2)
	}
	return err
}
