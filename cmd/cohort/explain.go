package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl/explain"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/sqlgen"
	"github.com/officina-enclave/officina/internal/cli"
)

func explainCommand() *cobra.Command {
	var asPlan, asSQL, asTree bool
	var language string
	c := targetFlags(&cobra.Command{
		Use:   "explain FILE",
		Short: "Say what a query means: in plain language, as a tree, as the canonical plan, as SQL",
		Long: `explain says in plain language what would run. It is written from the plan, not from the text of the query, so that a
label that says something else than its rule is seen.`,
		Example: `  cohort explain t2d.cohort
  cohort explain t2d.cohort --lang it
  cohort explain t2d.cohort --tree
  cohort explain t2d.cohort --sql --param min_age="40 years"`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			q, err := compile(c, args[0])
			if err != nil {
				return err
			}
			out := explanation{File: args[0], Digest: q.plan.Digest()}
			switch {
			case asPlan:
				out.Plan = string(q.plan.Canonical())
			case asSQL:
				err = out.addSQL(q)
			case asTree:
				out.Tree = plan.Tree(q.plan)
			default:
				out.Text, err = explain.Prose(q.plan, q.target.Vocabulary, language)
			}
			if err != nil {
				return cli.Usagef("%v", err)
			}
			return cli.Say(c, out, "%s", out)
		},
	})
	c.Flags().BoolVar(&asPlan, "plan", false, "print the canonical plan")
	c.Flags().BoolVar(&asSQL, "sql", false, "print the SQL; code ids are those of the vocabulary, a snapshot has its own")
	c.Flags().BoolVar(&asTree, "tree", false, "print the plan as a tree, with labels and without long lists of codes")
	c.Flags().StringVar(&language, "lang", "en", "language of the explanation: "+strings.Join(explain.Languages(), " or "))
	c.MarkFlagsMutuallyExclusive("plan", "sql", "tree", "lang")
	return c
}

// explanation is one of four views of a query.
type explanation struct {
	File       string `json:"file"`
	Digest     string `json:"digest"`
	Text       string `json:"text,omitempty"`
	Tree       string `json:"tree,omitempty"`
	Plan       string `json:"plan,omitempty"`
	SQL        string `json:"sql,omitempty"`
	Parameters []any  `json:"parameters,omitempty"` // $1, $2, … of SQL
}

func (e *explanation) addSQL(q compiled) error {
	query, err := sqlgen.Generate(q.plan, q.target.Vocabulary.Index)
	if err != nil {
		return err
	}
	e.SQL, e.Parameters = query.SQL, query.Args
	return nil
}

// String is the view as text, without a line feed at its end.
func (e explanation) String() string {
	lines := []string{strings.TrimRight(e.Text+e.Tree+e.Plan+e.SQL, "\n")}
	for i, arg := range e.Parameters {
		lines = append(lines, fmt.Sprintf("-- $%d = %q", i+1, arg))
	}
	return strings.Join(lines, "\n")
}
