package circe_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/circe"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, _ := os.ReadFile(file)
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("differs from %s (-update writes it):\n%s", file, d)
	}
}

// TestTexts compares the text and the report of every published definition with a file.
func TestTexts(t *testing.T) {
	for _, file := range published(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			r, _, err := importFile(t, file)
			if err != nil {
				golden(t, "testdata/imported/"+name+".txt", "cannot be imported: "+err.Error()+"\n")
				return
			}
			golden(t, "testdata/imported/"+name+".txt", r.Text+"\n-- report --\n"+r.Report())
		})
	}
}

// tally is how a published definition fared with regard to one effect.
type tally struct{ exact, near, lost int }

func (n *tally) add(said string) {
	switch said {
	case "yes":
		n.exact++
	case "nearly":
		n.near++
	default:
		n.lost++
	}
}

// TestImported writes which of the published definitions are imported without loss.
func TestImported(t *testing.T) {
	var rows, reasons strings.Builder
	var persons, exit, later, all, compile tally
	for _, file := range published(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		r, data, err := importFile(t, file)
		compiles := "no"
		switch {
		case err == nil && len(refusals(r.Text, target(t, data))) == 0:
			compiles = "yes"
		case err == nil && remarksGrid(r):
			compiles = "no: a day within a month"
		}
		compile.add(compiles)
		if err != nil {
			r = &circe.Result{Parts: []circe.Part{{What: err.Error(), Effect: circe.Persons}, {Effect: circe.Exit}, {Effect: circe.Later}}}
		}
		p, x, l := said(r, circe.Persons), said(r, circe.Exit), said(r, circe.Later)
		persons.add(p)
		exit.add(x)
		later.add(l)
		if p == "yes" && x == "yes" && l == "yes" {
			all.exact++
		}
		fmt.Fprintf(&rows, "| %s | %s | %s | %s | %s |\n", name, p, x, l, compiles)
		for _, part := range r.Parts {
			if part.Effect == circe.Persons {
				fmt.Fprintf(&reasons, "| %s | `%s` | %s | %s |\n", name, strings.ReplaceAll(part.Path, "|", ""), part.What, part.Why)
			}
		}
	}
	page, err := os.ReadFile("../../docs/import-circe.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{
		fmt.Sprintf("| who is in, and the index date | %d | %d | %d |", persons.exact, persons.near, persons.lost),
		fmt.Sprintf("| when the first entry ends | %d | %d | %d |", exit.exact, exit.near, exit.lost),
		fmt.Sprintf("| entries after the first | %d | | %d |", later.exact, later.lost),
	} {
		if !strings.Contains(string(page), row) {
			t.Errorf("docs/import-circe.md has not the row %s", row)
		}
	}
	golden(t, "testdata/imported.md", fmt.Sprintf(`# What became of the 60 published definitions

A test writes this file (TestImported). The definitions are listed in [published.md](published.md), the texts are in imported/.
"nearly": said with a difference for some persons, which the report of the import tells; "no": a part is left out.

| | yes | nearly | no |
|---|---|---|---|
| who is in, and the index date (of the first entry) | %d | %d | %d |
| when the first entry ends | %d | %d | %d |
| entries after the first | %d | %d | %d |
| all three | %d | | |
| compiles for a dataset whose grid of dates is a month, the finest there is | %d | | %d |

| definition | persons, index | exit | later entries | compiles by months |
|---|---|---|---|---|
%s
## What is not said of persons and index dates

| definition | part | what | why |
|---|---|---|---|
%s`, persons.exact, persons.near, persons.lost, exit.exact, exit.near, exit.lost, later.exact, later.near, later.lost, all.exact, compile.exact, compile.lost, &rows, &reasons))
}

// said tells how much of an effect a text says.
func said(r *circe.Result, e circe.Effect) string {
	out := "yes"
	for _, p := range r.Parts {
		switch {
		case p.Effect != e:
		case !p.Near:
			return "no"
		default:
			out = "nearly"
		}
	}
	return out
}
