package syntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/google/go-cmp/cmp"
)

// byRules lists the tokens of a text by the rules of the definition.
func byRules(t *testing.T, source string) []lexer.Token {
	t.Helper()
	lex, err := definition.LexString("", source)
	if err != nil {
		t.Fatal(err)
	}
	ts, err := lexer.ConsumeAll(lex)
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func checkScan(t *testing.T, source string) {
	t.Helper()
	if len(source) > 4096 { // where a unit is cut at maxUnit both may differ; nor are the rules fast
		source = source[:4096]
	}
	want, got := byRules(t, source), tokens(source)
	for _, ts := range want {
		if len(ts.Value) >= maxUnit && ts.Type == kindUnit {
			return
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tokens of %q (-rules +scanned):\n%s", source, diff)
	}
}

var tricky = []string{"", "as", "as kg", "asx 1 %", "1 %", "1 mmol/mol", "1\n10*9/L x", "1 # c", "as # c\n%", "1mg", "1 a/b", "a/b", "1 1/a", "1 1",
	"2020-01-01", "2020-01-011", "2020-01-01x", "20200-01-01", "1st", "1sty", "2nd2", "1.5", "1.", "1..2", "1.5.6", "..", "...", "!", "!=", "=!=", ">==",
	"\"a", "\"a\\", "\"a\\\"", "\"a\\\\\"", "\"a\n\"", "\"a\\\nb\"", "\"é\\é\"", "A:b", "A:", "A:b.c", "A:b..c", "A:b-", "Ab_1:x/y_z", "a:b", "_A:b", "in",
	"inx", "in_", "inµ", "µg", "1 µg/L", "1 mm[Hg]", "1 {a}", "1 a{b}", "1 mL/min/{1.73_m2}", "é", "\xff", "\u2028", "1 %a", "1 as as 1", "a\tb\r\nc #x", "2020-01-01T10:30", "2020-01-01T10:3", "2020-01-01T10:30x", "2020-01-01T10:300", "2020-01-01 T10:30",
	"A:b..c", "A:b..c.d..e", "A:b ..c", "A:b.. c", "A:b..C:d", "A:b...c", "A:1..2 %", "A:b..-", "A:b..", "as\n\n\"x\""}

// The scanner gives the tokens that the rules give.
func TestScanFollowsTheRules(t *testing.T) {
	for _, s := range tricky {
		checkScan(t, s)
	}
	files, err := filepath.Glob("testdata/studies/*.cohort")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		checkScan(t, string(text))
		for i := 0; i+300 < len(text); i += 97 {
			checkScan(t, string(text[i:i+300]))
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range tricky {
		f.Add(s)
	}
	f.Add(strings.Join(tricky, " "))
	f.Fuzz(checkScan)
}
