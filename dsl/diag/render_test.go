package diag_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl/diag"
)

var update = flag.Bool("update", false, "write what the tests get into testdata")

// Each testdata/*.txtar has a source, the diagnostics about it, and how they are shown. A line of the section
// diagnostics is
//
//	error|warning CODE FROM TO message | hint | hint
//	related FROM TO message
//
// where FROM and TO are offsets, or the text of the source that begins or ends there.
func TestRender(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata (%v)", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil || len(archive.Files) != 3 {
				t.Fatalf("want the sections source, diagnostics and shown (%v)", err)
			}
			source, shown := string(archive.Files[0].Data), &archive.Files[2]
			source = strings.NewReplacer("\\e", "\x1b", "\\t", "\t", "\\r", "\r").Replace(source)
			var b strings.Builder
			if err := diag.Render(&b, "q.cohort", source, diagnostics(t, source, string(archive.Files[1].Data))); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(shown.Data), b.String()); diff != "" && !*update {
				t.Errorf("-want +got:\n%s", diff)
			}
			if shown.Data = []byte(b.String()); *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func diagnostics(t *testing.T, source, lines string) (list diag.List) {
	t.Helper()
	for line := range strings.Lines(lines) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 5)
		if words[0] == "related" {
			words = strings.SplitN(strings.TrimSpace(line), " ", 4)
			last := &list[len(list)-1]
			last.Related = append(last.Related, diag.Related{Span: span(source, words[1], words[2]), Message: words[3]})
			continue
		}
		parts := strings.Split(words[4], " | ")
		list.Add(diag.Diagnostic{Severity: diag.Severity(words[0]), Code: words[1], Span: span(source, words[2], words[3]),
			Message: strings.ReplaceAll(parts[0], "\\e", "\x1b"), Hints: parts[1:]})
	}
	return list
}

func span(source, from, to string) diag.Span {
	begin, err1 := strconv.Atoi(from)
	end, err2 := strconv.Atoi(to)
	if err1 != nil {
		begin = strings.Index(source, from)
	}
	if err2 != nil {
		end = begin + strings.Index(source[begin:], to) + len(to)
	}
	return diag.Span{From: diag.At(source, begin), To: diag.At(source, end)}
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestRenderReportsTheWriter(t *testing.T) {
	err := diag.Render(brokenPipe{}, "q", "x", diag.List{{Code: "c"}})
	if !errors.Is(err, errPipe) {
		t.Errorf("got %v", err)
	}
}

func TestRenderShowsAtMostMax(t *testing.T) {
	var list diag.List
	for i := range 2 * diag.Max {
		list.Add(diag.Diagnostic{Code: "c", Message: "m" + strconv.Itoa(i), Span: span("x\n", "0", "1")})
	}
	var b strings.Builder
	if err := diag.Render(&b, "q", "x\n", list); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "[c]"); n != diag.Max {
		t.Errorf("%d shown, want %d", n, diag.Max)
	}
}

// Whatever the source and the span, rendering ends, and a terminal gets letters, spaces and line ends only.
func FuzzRender(f *testing.F) {
	f.Add("include x\n", 0, 7, "message")
	f.Add("a\x1b[31m\u202eb\xff\t\r\n糖", 3, 99, "\x1b]0;title\a")
	f.Add(strings.Repeat("long ", 200), 500, 505, "m")
	f.Fuzz(func(t *testing.T, source string, from, to int, message string) {
		list := diag.List{{Code: "c", Message: message, Hints: []string{message},
			Span: diag.Span{From: diag.At(source, from), To: diag.At(source, to)}}}
		var b strings.Builder
		if err := diag.Render(&b, source, source, list); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.String() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("sends %U to the terminal:\n%q", r, b.String())
			}
		}
		if !strings.Contains(b.String(), "^") {
			t.Errorf("nothing is underlined:\n%s", b.String())
		}
	})
}

func TestAt(t *testing.T) {
	const source = "ab\n糖c\n"
	for offset, want := range map[int]diag.Pos{
		-5: {Offset: 0, Line: 1, Column: 1},
		0:  {Offset: 0, Line: 1, Column: 1},
		2:  {Offset: 2, Line: 1, Column: 3},
		3:  {Offset: 3, Line: 2, Column: 1},
		6:  {Offset: 6, Line: 2, Column: 2},
		8:  {Offset: 8, Line: 3, Column: 1},
		99: {Offset: 8, Line: 3, Column: 1},
	} {
		if got := diag.At(source, offset); got != want {
			t.Errorf("At(%d) = %+v, want %+v", offset, got, want)
		}
	}
}

func ExampleRender() {
	source := "include any drug befor index\n"
	list := diag.List{{
		Code:    "syntax",
		Span:    diag.Span{From: diag.At(source, 17), To: diag.At(source, 22)},
		Message: "`befor` cannot stand here",
		Hints:   []string{"did you mean `before`?"},
	}}
	if err := diag.Render(os.Stdout, "t2d.cohort", source, list); err != nil {
		fmt.Println(err)
	}
	// Output:
	// t2d.cohort:1:18: `befor` cannot stand here [syntax]
	//    | include any drug befor index
	//    |                  ^^^^^
	//    = hint: did you mean `before`?
}
