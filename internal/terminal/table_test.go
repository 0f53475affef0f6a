package terminal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/internal/terminal"
)

var update = flag.Bool("update", false, "write the golden files")

// styles of the sections of a file in testdata; "lines 40" is a terminal 40 characters wide.
func styleOf(t *testing.T, section string) terminal.Style {
	t.Helper()
	switch word, rest, _ := strings.Cut(section, " "); word {
	case "plain":
		return terminal.Style{}
	case "lines":
		width, err := strconv.Atoi(rest)
		if err != nil {
			t.Fatal(err)
		}
		return terminal.Style{Lines: true, Width: width}
	}
	t.Fatalf("unknown section %q", section)
	return terminal.Style{}
}

func read(t testing.TB, text []byte) disclosure.Table {
	t.Helper()
	var table disclosure.Table
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	return table
}

func show(t testing.TB, s terminal.Style, table disclosure.Table) string {
	t.Helper()
	var b bytes.Buffer
	if err := terminal.Table(&b, s, table); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTable shows the document of each file of testdata in the styles that its sections name.
func TestTable(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { testFile(t, file) })
	}
}

func testFile(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil || len(archive.Files) < 2 {
		t.Fatal("want a document and how it looks", err)
	}
	table := read(t, archive.Files[0].Data)
	for i, section := range archive.Files[1:] {
		got := show(t, styleOf(t, section.Name), table)
		if diff := cmp.Diff(string(section.Data), got); diff != "" && !*update {
			t.Errorf("%s (-want +got):\n%s", section.Name, diff)
		}
		archive.Files[i+1].Data = []byte(got)
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const small = `{"report":2,"kind":"table","title":%q,"cohort":"adults","dimensions":[{"name":"sex","keys":["f"]}],
	"columns":[{"name":"persons","label":"persons"}],"rows":[{"keys":["f"],"persons":{"status":"ok","value":120}}],
	"cells":1,"hidden":0,"protection":{"mode":"exact","min_cell":10,"round_to":5},"notes":[],"tip":"more"}`

func titled(t testing.TB, title string) disclosure.Table {
	return read(t, []byte(strings.Replace(small, "%q", strconv.Quote(title), 1)))
}

func TestColour(t *testing.T) {
	table := titled(t, "Sex")
	coloured := show(t, terminal.Style{Lines: true, Colour: true}, table)
	bare := show(t, terminal.Style{Lines: true}, table)
	if !strings.Contains(coloured, "\x1b[1mSex") {
		t.Errorf("the title is not bold: %q", coloured)
	}
	if strings.Contains(bare, "\x1b") {
		t.Errorf("escape sequences without colour: %q", bare)
	}
	escapes := regexp.MustCompile("\x1b\\[[0-9;]*m")
	if diff := cmp.Diff(bare, escapes.ReplaceAllString(coloured, "")); diff != "" {
		t.Errorf("colour changes more than colour:\n%s", diff)
	}
}

// TestDocumentsCannotDriveTheTerminal puts control characters in every word of a document.
func TestDocumentsCannotDriveTheTerminal(t *testing.T) {
	const evil = "a\x1b[2Jb\u202ec\u0007d\ne\rf\u009bg"
	table := titled(t, "Sex")
	table.Title, table.Kind, table.Cohort, table.Tip = evil, evil, evil, evil
	table.Hidden, table.Notes, table.Protection.Mode = 1, []string{evil}, evil
	table.Dimensions[0].Name = evil
	table.Columns[0].Label, table.Columns[0].Unit = evil, evil
	table.Rows[0].Keys = []string{evil}
	table.Total = &disclosure.Total{Of: evil}
	for _, s := range []terminal.Style{{}, {Lines: true}, {Lines: true, Width: 20}} {
		got := show(t, s, table)
		for _, r := range "\x1b\u202e\u0007\r\u009b" {
			if strings.ContainsRune(got, r) {
				t.Errorf("%+v lets %U through: %q", s, r, got)
			}
		}
	}
}

// TestNumbersAreNeverBroken makes the terminal too narrow for the table.
func TestNumbersAreNeverBroken(t *testing.T) {
	table := titled(t, strings.Repeat("long ", 40))
	table.Rows[0].Keys = []string{strings.Repeat("a very long key ", 10)}
	for width := 1; width < 200; width += 9 {
		if got := show(t, terminal.Style{Lines: true, Width: width}, table); !strings.Contains(got, " 120 ") {
			t.Fatalf("width %d broke the number 120:\n%s", width, got)
		}
	}
}

func TestWidthIsKept(t *testing.T) {
	table := titled(t, "Sex")
	table.Rows[0].Keys = []string{strings.Repeat("word ", 30)}
	for width := 40; width < 200; width += 9 {
		_, drawn, _ := strings.Cut(show(t, terminal.Style{Lines: true, Width: width}, table), "\n\n")
		drawn, _, _ = strings.Cut(drawn, "\n\n")
		if got := lipgloss.Width(drawn); got > width {
			t.Fatalf("the table is %d wide on a terminal of %d:\n%s", got, width, drawn)
		}
	}
}

func TestRaggedDocument(t *testing.T) {
	table := titled(t, "Sex")
	table.Rows = append(table.Rows, disclosure.Row{}, disclosure.Row{Keys: []string{"a", "b", "c"}})
	for _, s := range []terminal.Style{{}, {Lines: true, Width: 10}} {
		if got := show(t, s, table); !strings.Contains(got, "120") {
			t.Errorf("a document with short rows lost its numbers:\n%s", got)
		}
	}
	show(t, terminal.Style{}, disclosure.Table{})
}

type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestTableTellsOfItsWriter(t *testing.T) {
	if err := terminal.Table(broken{}, terminal.Style{}, titled(t, "Sex")); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want the error of the writer", err)
	}
}

func TestStyleOfSomethingElse(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := terminal.StyleOf(f); got != (terminal.Style{}) {
		t.Errorf("a file has the style %+v, want plain", got)
	}
	if got := terminal.StyleOf(&bytes.Buffer{}); got != (terminal.Style{}) {
		t.Errorf("a buffer has the style %+v, want plain", got)
	}
}
