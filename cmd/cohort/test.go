package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/enclave/cohorttest"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/terminal"
)

// failed is the exit code when a test fails.
const failed = cli.Quiet(1)

func testCommand() *cobra.Command {
	var pattern string
	var verbose, mutate bool
	c := &cobra.Command{
		Use:   "test FILE…",
		Short: "Run the test blocks of queries on their hand-made persons",
		Long: `test runs the test blocks of each file: who is a member of a cohort, with which values. It needs the catalog
and the vocabulary, and no data. A person who is not as expected is shown with the rule that decided.

With --mutate it then changes one rule or one part of a rule at a time, and says which changes no test notices: there
a mistake in the query would stay unseen.

Exit codes: 0 all tests pass, 1 a test fails, 2 a file has faults.`,
		Example: `  cohort test t2d.cohort
  cohort test *.cohort --run washout -v
  cohort test t2d.cohort --mutate`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			choose, err := regexp.Compile(pattern)
			if err != nil {
				return cli.Usagef("--run %s: %v", pattern, err)
			}
			return each(args, func(name string) error {
				f, err := runTests(c, name, choose)
				if err != nil {
					return err
				}
				if mutate && f.passed() && len(f.Tests) > 0 {
					if err := f.mutate(c); err != nil {
						return err
					}
				}
				return f.show(c, verbose)
			})
		},
	}
	c.Flags().String("catalog", "", "catalog of the dataset (default: catalog.yaml beside the query or above it)")
	c.Flags().StringVar(&pattern, "run", "", "run only the tests whose title matches this regular expression")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "show every person, with what each rule said")
	c.Flags().BoolVar(&mutate, "mutate", false, "say which changes of the query no test notices")
	c.MarkFlagsMutuallyExclusive("run", "mutate")
	return c
}

// testedFile is what became of the tests of a file.
type testedFile struct {
	File  string              `json:"file"`
	Tests []cohorttest.Result `json:"tests"`
	Score *cohorttest.Score   `json:"mutants,omitempty"`

	text   string
	target dsl.Target
}

func runTests(c *cobra.Command, name string, choose *regexp.Regexp) (*testedFile, error) {
	text, err := cli.ReadFile(c, name)
	if err != nil {
		return nil, err
	}
	target, err := readTarget(c, name)
	if err != nil {
		return nil, err
	}
	tests, diags := dsl.Tests(name, text, target)
	if diags.Failed() {
		return nil, &cli.Diagnosed{File: name, Source: text, List: diags}
	}
	out := &testedFile{File: name, Tests: []cohorttest.Result{}, text: text, target: target}
	for _, t := range tests {
		if !choose.MatchString(t.Title) {
			continue
		}
		result, err := cohorttest.Run(t)
		if err != nil {
			return nil, err
		}
		out.Tests = append(out.Tests, result)
	}
	return out, nil
}

func (f *testedFile) failures() (n int) {
	for _, t := range f.Tests {
		if !t.Passed {
			n++
		}
	}
	return n
}

func (f *testedFile) passed() bool { return f.failures() == 0 }

// mutate tries the changes, with a bar when that takes long.
func (f *testedFile) mutate(c *cobra.Command) error {
	var bar *terminal.Progress
	score, err := cohorttest.Mutate(c.Context(), f.File, f.text, f.target, func(done, all int) {
		if bar == nil {
			bar = terminal.NewProgress(c.ErrOrStderr(), "changes of "+f.File, int64(all))
		}
		if done > 0 {
			bar.Add(1)
		}
	})
	if bar != nil {
		bar.Close()
	}
	f.Score = &score
	return err
}

// show prints what became of the tests. Its error is the exit code.
func (f *testedFile) show(c *cobra.Command, verbose bool) error {
	var code error
	if !f.passed() {
		code = failed
	}
	if cli.JSON(c) {
		if err := cli.Print(c.OutOrStdout(), f); err != nil {
			return err
		}
		return code
	}
	var b strings.Builder
	for _, t := range f.Tests {
		f.showTest(&b, t, verbose)
	}
	switch n := len(f.Tests); {
	case n == 0:
		fmt.Fprintf(&b, "%s: no tests\n", f.File)
	case f.passed():
		fmt.Fprintf(&b, "%s: ok, %s\n", f.File, counted(n, "test"))
	default:
		fmt.Fprintf(&b, "%s: %d of %s failed\n", f.File, f.failures(), counted(n, "test"))
	}
	if f.Score != nil {
		f.showScore(&b)
	}
	if _, err := io.WriteString(c.OutOrStdout(), b.String()); err != nil {
		return err
	}
	return code
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (f *testedFile) showTest(b *strings.Builder, t cohorttest.Result, verbose bool) {
	if t.Passed && !verbose {
		return
	}
	fmt.Fprintf(b, "%s  %s (%s:%d, cohort %s)\n", map[bool]string{false: "FAIL", true: "ok  "}[t.Passed], t.Title, f.File, t.Line, t.Cohort)
	if len(t.Differences) > 0 {
		rows := [][]string{{"person", "what", "expected", "got", "why"}}
		for _, d := range t.Differences {
			rows = append(rows, []string{d.Person, d.What, d.Expected, d.Got, d.Why})
		}
		columns(b, rows)
	}
	if verbose {
		columns(b, personRows(t.Persons))
	}
	b.WriteString("\n")
}

// personRows are the persons of a test and what each rule said of them, until one removed them.
func personRows(persons []cohorttest.Person) [][]string {
	rows := [][]string{{"person", "member", "index", "rules"}}
	for _, p := range persons {
		var said []string
		for _, s := range p.Rules {
			said = append(said, fmt.Sprintf("%d %s", s.Rule, s.Condition))
		}
		rows = append(rows, []string{p.ID, map[bool]string{false: "no", true: "yes"}[p.Member], p.Index, strings.Join(said, ", ")})
	}
	return rows
}

// columns writes rows below each other, indented.
func columns(b *strings.Builder, rows [][]string) {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(w, "  "+strings.Join(r, "\t"))
	}
	_ = w.Flush() // into memory
	for line := range strings.Lines(text.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

// showScore writes what no test notices, by the statement that it is in.
func (f *testedFile) showScore(b *strings.Builder) {
	s := f.Score
	part := ""
	for _, u := range s.Unnoticed {
		if u.Part != part {
			part = u.Part
			fmt.Fprintf(b, "\n%s: no test covers\n", part)
		}
		fmt.Fprintf(b, "  %d:%d  %s\n", u.Line, u.Column, u.Change)
	}
	if len(s.Unnoticed) > 0 {
		b.WriteString("\n")
	}
	for _, name := range s.Untested {
		fmt.Fprintf(b, "no test is about cohort %s\n", name)
	}
	if s.Untried > 0 {
		fmt.Fprintf(b, "%d more changes were not tried\n", s.Untried)
	}
	fmt.Fprintf(b, "%d of %s noticed\n", s.Noticed, counted(s.Tried(), "change"))
}
