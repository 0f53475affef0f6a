package syntax_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Every node of every text lies within the node around it, and covers a part of the source that is not empty.
func TestSpansNest(t *testing.T) {
	for _, source := range sources(t) {
		f, list := syntax.Parse("", source)
		if list.Failed() {
			continue
		}
		whole := diag.Span{To: diag.At(source, len(source))}
		if f.Study != nil {
			spansNest(t, source, whole, reflect.ValueOf(f.Study))
		}
		for _, d := range f.Decls {
			spansNest(t, source, whole, reflect.ValueOf(d))
		}
	}
}

func spansNest(t *testing.T, source string, around diag.Span, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			spansNest(t, source, around, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			spansNest(t, source, around, v.Index(i))
		}
	case reflect.Struct:
		node, ok := v.Interface().(syntax.Node)
		if !ok || v.IsZero() {
			return
		}
		s := node.Span()
		if s.From.Offset < around.From.Offset || s.To.Offset > around.To.Offset || s.From.Offset >= s.To.Offset {
			t.Errorf("%T at %+v is not in %+v", node, s, around)
			return
		}
		for _, p := range []diag.Pos{s.From, s.To} {
			if want := diag.At(source, p.Offset); p != want {
				t.Errorf("%T: place %+v, want %+v", node, p, want)
			}
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).Anonymous {
				spansNest(t, source, s, v.Field(i))
			}
		}
	}
}

// The span of an expression is all of it.
func TestSpanIsTheWholeExpression(t *testing.T) {
	for _, c := range expressions(t) {
		f, list := syntax.Parse("", "define x = "+c.text)
		if list.Failed() {
			continue
		}
		s := f.Decls[0].(*syntax.Define).X.Span()
		if got := f.Source[s.From.Offset:s.To.Offset]; got != c.text {
			t.Errorf("%q has the span of %q", c.text, got)
		}
	}
}

func TestTextIsATitle(t *testing.T) {
	f, list := syntax.Parse("", "report count of c by (a+b)*2, age   at\n  # really\n index in bands (<18,>=18), abs( - x )")
	if list.Failed() {
		t.Fatal(list)
	}
	var got []string
	for _, d := range f.Decls[0].(*syntax.Report).By {
		got = append(got, f.Text(d.X.Span()))
	}
	if diff := cmp.Diff([]string{"(a + b) * 2", "age at index", "abs(-x)"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := f.Text(diag.Span{}); got != "" {
		t.Errorf("an empty span is %q", got)
	}
}

func TestRefusedBeforeParsing(t *testing.T) {
	for source, want := range map[string]string{
		strings.Repeat("#", syntax.MaxBytes):   "",
		strings.Repeat("#", syntax.MaxBytes+1): "too-long 65536",
		"define x = \xff":                      "not-utf8 11",
		"# \ufffd":                             "",
		"# \x00":                               "control-character 2",
		"# \x1b[2J":                            "control-character 2",
		"# \u202e":                             "control-character 2",
		"# \u2028":                             "control-character 2",
		"# a\rcodes":                           "control-character 3",
		"# a\r\ndefine\tx = 1\r\n":             "",
		"define x = \"a":                       "unterminated-string 11",
		"define x = \"a\\\"":                   "unterminated-string 11",
		"define x = " + strings.Repeat("(", 65) + "1":             "too-deep 75",
		"define x = " + strings.Repeat("not ", 65) + "y":          "too-deep 11",
		"define x = " + strings.Repeat("9", 400):                  "bad-number 11",
		"define x = \"" + strings.Repeat("(", 100) + "\"":         "",
		"define x = 1 # " + strings.Repeat("(", 100) + " \"never": "",
	} {
		_, list := syntax.Parse("", source)
		got := ""
		if len(list) > 0 {
			got = fmt.Sprint(list[0].Code, " ", list[0].Span.From.Offset)
		}
		if got != want {
			t.Errorf("%.30q: %q, want %q", source, got, want)
		}
	}
}

func TestParseOfNothing(t *testing.T) {
	for _, source := range []string{"", "\n", "# only a comment"} {
		f, list := syntax.Parse("n", source)
		if len(list) > 0 || f.Study != nil || len(f.Decls) > 0 || f.Name != "n" {
			t.Errorf("%q: %+v, %v", source, f, list)
		}
	}
}

func TestErrorsEndWithWhatToDo(t *testing.T) {
	for _, source := range sources(t) {
		_, list := syntax.Parse("", source)
		for _, d := range list {
			if d.Code != "syntax" && len(d.Hints) == 0 {
				t.Errorf("%s: %s has no hint", d.Code, d.Message)
			}
		}
	}
}

func TestAtMostMaxErrors(t *testing.T) {
	_, list := syntax.Parse("", "cohort a {"+strings.Repeat("\n include 1 1", 100)+"}")
	if len(list) != diag.Max {
		t.Errorf("%d errors, want %d", len(list), diag.Max)
	}
}

func TestReserved(t *testing.T) {
	for word, want := range map[string]bool{"before": true, "index": true, "as": true, "value": false, "sex": false, "": false} {
		if syntax.Reserved(word) != want {
			t.Errorf("Reserved(%q) is not %v", word, want)
		}
	}
}

// A name that is not reserved can be used wherever a name is.
func TestWordsThatAreNames(t *testing.T) {
	for _, word := range strings.Fields("age code codes_2 date days first_drug known least value version year " +
		"study_x distinct descendants registered missing purpose") {
		source := fmt.Sprintf("codes %[1]s = a:b\ncohort %[1]s { index %[1]s include %[1]s = 1 or any %[1]s in %[1]s where (%[1]s > 2) }\n"+
			"report %[1]s of %[1]s by %[1]s { %[1]s: %[1]s  value: %[1]s of first x }", word)
		source = strings.Replace(source, "a:b", "A:b", 1)
		if _, list := syntax.Parse("", source); list.Failed() {
			t.Errorf("%s: %v", word, list)
		}
	}
}

func TestFormatKeepsWithinTheLimit(t *testing.T) {
	text := func(lines int) string {
		return "codes " + strings.Repeat("a", 50) + "=A:b\n" + strings.Repeat("codes a=A:b,A:ccccccc\n", lines)
	}
	if got, list := syntax.Format(text(2500)); list.Failed() || got != text(2500) {
		t.Errorf("%v; %d bytes became %d", list, len(text(2500)), len(got))
	}
	if got, _ := syntax.Format(text(100)); len(got) < 2*len(text(100)) {
		t.Errorf("a short text is not lined up: %d bytes became %d", len(text(100)), len(got))
	}
}

func TestWords(t *testing.T) {
	f, _ := syntax.Parse("", "param p: duration = 3 mg/L # a remark\ncohort c { index p as % } nonsense \"text\" A:b")
	var got []string
	for _, w := range f.Words() {
		got = append(got, fmt.Sprintf("%s<%s,%v", w.Text, w.Before, w.Declares()))
	}
	want := []string{"param<,false", "p<param,true", "duration<:,false", "mg/L<3,false", "cohort<mg/L,false", "c<cohort,true",
		"index<{,false", "p<index,false", "as<p,false", "%<as,false", "nonsense<},false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if v := syntax.Vocabulary(); !slices.Contains(v, "include") || !slices.Contains(v, "followed") || !slices.Contains(v, "weeks") {
		t.Errorf("words of the language are not in %v", v)
	}
}

func ExampleFormat() {
	text, _ := syntax.Format(`cohort adults{index 2020-01-01 include "Adult"age at index>=18 # at index
}`)
	fmt.Print(text)
	// Output:
	// cohort adults {
	//   index 2020-01-01
	//   include "Adult" age at index >= 18  # at index
	// }
}

func ExampleFile_Text() {
	f, _ := syntax.Parse("", "define x = age   at index>=18")
	fmt.Println(f.Text(f.Decls[0].(*syntax.Define).X.Span()))
	// Output: age at index >= 18
}

func ExampleDump() {
	f, _ := syntax.Parse("", "define adult = age at index >= 18 years")
	fmt.Print(syntax.Dump(f))
	// Output: (Define Name:adult X:(Compare Op:>= L:(AgeAt X:index) R:18 years))
}
