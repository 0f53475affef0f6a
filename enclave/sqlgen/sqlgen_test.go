package sqlgen

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/duck"
)

var update = flag.Bool("update", false, "write the golden sections anew")

// TestSQL compares statements with those written down: section plan, then sql and reads. Each runs, over empty tables.
func TestSQL(t *testing.T) {
	each(t, "testdata/sql/*.txtar", func(t *testing.T, r reader, file string, a *txtar.Archive) {
		ids := func(code string) (uint32, bool) { // the vocabulary section lists the dictionary in order
			for i, c := range strings.Fields(section(a, "vocabulary")) {
				if c == code {
					return uint32(i), true
				}
			}
			return 0, false
		}
		q, err := Generate(r.plan(section(a, "plan")), ids)
		got := map[string]string{"error": "", "sql": "", "reads": ""}
		if err != nil {
			got["error"] = err.Error() + "\n"
		} else {
			got["sql"], got["reads"] = q.SQL, reads(q)
			db, _ := r.open(data{})
			r.answers(db, q)
		}
		golden(t, file, a, got, "sql", "reads", "error")
	})
}

func reads(q *Query) string {
	var b strings.Builder
	for i, a := range q.Args {
		fmt.Fprintf(&b, "$%d = %q\n", i+1, a)
	}
	for _, t := range q.Tables {
		codes := "all rows"
		if t.Codes != nil {
			codes = fmt.Sprint("codes ", t.Codes)
		}
		fmt.Fprintf(&b, "%s(%s): %s\n", t.Name, strings.Join(t.Columns, ", "), codes)
	}
	return b.String()
}

// TestMeaning runs statements over small tables. Section values holds pairs of lines: an expression, and its value
// for each person in order; section plan with section cells holds a whole query and its rows. Expectations are
// written by hand, never generated.
func TestMeaning(t *testing.T) {
	each(t, "testdata/meaning/*.txtar", func(t *testing.T, r reader, file string, a *txtar.Archive) {
		d := data{}
		for _, f := range a.Files {
			if table, ok := strings.CutSuffix(f.Name, ".csv"); ok {
				d[table] = string(f.Data)
			}
		}
		db, ids := r.open(d)
		index := plan.Expr(plan.DateConst(0))
		if text := section(a, "index"); text != "" {
			index = r.expr(forms(t, text)[0])
		}
		for _, v := range pairs(section(a, "values")) {
			got := strings.Join(r.values(db, ids, index, r.expr(forms(t, v[0])[0])), " ")
			if got != v[1] {
				t.Errorf("%s:\n got %s\nwant %s", v[0], got, v[1])
			}
		}
		if text := section(a, "plan"); text != "" {
			q, err := Generate(r.plan(text), ids)
			must(t, err)
			if diff := cmp.Diff(tidy(section(a, "cells")), cells(r.answers(db, q))); diff != "" {
				t.Errorf("cells (-want +got):\n%s\n%s", diff, q.SQL)
			}
		}
	})
}

// values is x for every person, as text.
func (r reader) values(db *duck.DB, ids func(string) (uint32, bool), index, x plan.Expr) []string {
	r.Helper()
	g := newGenerator(ids)
	from := &plan.Cohort{Index: index}
	p := &plan.Plan{Cohorts: []*plan.Cohort{from}, Reports: []*plan.Report{{Kind: "summary", Value: x}}}
	g.persons(p)
	c := g.cohorts(p)[0]
	text := c.expr(x).text
	if g.err != nil {
		r.Fatal(g.err)
	}
	stage := c.staged()
	q := &Query{SQL: g.statement() + fmt.Sprintf("\nSELECT CAST(%s AS VARCHAR) FROM %s p ORDER BY person", text, stage), Args: g.args}
	var out []string
	for _, row := range r.answers(db, q) {
		out = append(out, row[0])
	}
	return out
}

// pairs reads lines two by two; lines that begin with # and empty lines are for the reader. A value begins with "=".
func pairs(text string) [][2]string {
	var out [][2]string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if value, ok := strings.CutPrefix(line, "= "); ok {
			out[len(out)-1][1] = strings.Join(strings.Fields(value), " ")
		} else if line != "" && line[0] != '#' {
			out = append(out, [2]string{line})
		}
	}
	return out
}

func tidy(text string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func cells(rows [][]string) string {
	var out []string
	for _, row := range rows {
		out = append(out, strings.Join(row, " "))
	}
	return strings.Join(out, "\n")
}

func each(t *testing.T, pattern string, test func(*testing.T, reader, string, *txtar.Archive)) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			must(t, err)
			test(t, newReader(t), file, a)
		})
	}
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// golden compares sections with got, or writes them with -update; an empty one is left out.
func golden(t *testing.T, file string, a *txtar.Archive, got map[string]string, names ...string) {
	t.Helper()
	if *update {
		var kept []txtar.File
		for _, f := range a.Files {
			if _, ok := got[f.Name]; !ok {
				kept = append(kept, f)
			}
		}
		for _, n := range names {
			if got[n] != "" {
				kept = append(kept, txtar.File{Name: n, Data: []byte(got[n])})
			}
		}
		a.Files = kept
		must(t, os.WriteFile(file, txtar.Format(a), 0o644))
	}
	for _, n := range names {
		if diff := cmp.Diff(section(a, n), got[n]); diff != "" {
			t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", n, diff)
		}
	}
}
