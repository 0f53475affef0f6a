package syntax

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/google/go-cmp/cmp"
)

const grammarFile = "../../docs/grammar.ebnf"

const grammarHead = `(* The grammar of the cohort language, in EBNF: "x" is a word or sign as it is written, <x> a token of the list at the end,
   x? may be absent, x* repeats, x+ repeats at least once. Line breaks do not matter; # begins a remark.

   Made from dsl/syntax/grammar.go by go test ./dsl/syntax -update. Where two readings are possible, dsl/syntax/guards.go
   decides by the next few words; what forms and names mean is in docs/language.md. *)

File = Decl* .
`

var grammarTokens = []struct{ name, note string }{
	{"Word", "a name, or a word that means something in its place only"},
	{"Keyword", "a reserved word, never a name"},
	{"Number", ""},
	{"Ordinal", ""},
	{"Unit", "after a number or \"as\" only; a unit of letters is a <word>"},
	{"Date", ""},
	{"String", ""},
	{"Curie", "a code with its system"},
	{"Range", "right after a code only"},
	{"Relation", ""},
	{"Arithmetic", ""},
}

// docs/grammar.ebnf is what the parser reads.
func TestGrammarReference(t *testing.T) {
	got := grammarHead
	for _, p := range productions() {
		got += "\n" + p
	}
	got += "\n(* Tokens, as regular expressions. *)\n"
	for _, token := range grammarTokens {
		got += "\n<" + strings.ToLower(token.name) + "> = " + pattern(token.name) + " .\n"
		if token.note != "" {
			got += "    (* " + token.note + " *)\n"
		}
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(grammarFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(grammarFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of date; run go test ./dsl/syntax -update (-want +got):\n%s", grammarFile, diff)
	}
}

// productions are those of declarations and then those of statements that are new.
func productions() (out []string) {
	seen := map[string]bool{}
	for line := range strings.Lines(declarations.String() + "\n" + statements.String() + "\n") {
		name, body, ok := strings.Cut(strings.TrimSuffix(strings.TrimSpace(line), " ."), " = ")
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		if name == "GCohort" {
			body += ` Stmt* "}"`
		}
		out = append(out, production(name, body))
	}
	return out
}

// production writes one production, an alternative a line where it is long.
func production(name, body string) string {
	r := ebnfReader{ebnfToken.FindAllString(body, -1)}
	alternatives := r.alternatives()
	name = strings.TrimPrefix(name, "G")
	if line := name + " = " + strings.Join(alternatives, " | ") + " .\n"; len(line) < 100 {
		return line
	}
	return name + " = " + strings.Join(alternatives, "\n    | ") + " .\n"
}

var ebnfToken = regexp.MustCompile(`"(?:\\.|[^"])*"|\(\?[=!]|[()|?*+]|<\w+>|\w+`)

// ebnfReader leaves out of what participle prints the guards and the brackets that change nothing.
type ebnfReader struct{ rest []string }

func (r *ebnfReader) next() string {
	if len(r.rest) == 0 {
		return ")"
	}
	return r.rest[0]
}

// alternatives reads up to the closing bracket, which it takes.
func (r *ebnfReader) alternatives() []string {
	out := []string{""}
	var alone []string // the alternatives of a group that is all there is
	for ; r.next() != ")"; r.rest = r.rest[1:] {
		last := &out[len(out)-1]
		switch t := r.next(); {
		case t == "|":
			out = append(out, "")
		case strings.HasPrefix(t, "(?"):
			r.group()
		case t == "(":
			inner := r.group()
			if *last == "" && len(out) == 1 && r.atEnd() {
				alone = inner
			}
			*last += " " + r.suffixed(inner)
		case t == "?" || t == "*" || t == "+":
			*last += t
		case strings.HasPrefix(t, "If") || strings.HasPrefix(t, "if"):
		default:
			*last += " " + grammarName.ReplaceAllString(t, "$1")
		}
	}
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	if alone != nil {
		return alone
	}
	return out
}

var grammarName = regexp.MustCompile(`^G([A-Z])`)

// group reads a group and leaves its closing bracket as what was read last.
func (r *ebnfReader) group() []string {
	r.rest = r.rest[1:]
	return r.alternatives()
}

// atEnd tells that the closing bracket of a group is the last sign before another one.
func (r *ebnfReader) atEnd() bool { return len(r.rest) < 2 || r.rest[1] == ")" }

// suffixed is a group as a part of a sequence, in brackets where these are needed.
func (r *ebnfReader) suffixed(inner []string) string {
	repeats := len(r.rest) > 1 && strings.Contains("?*+", r.rest[1])
	one := len(inner) == 1
	if one && (!repeats || !strings.Contains(inner[0], " ") && !strings.HasSuffix(inner[0], "+")) {
		return inner[0]
	}
	return "(" + strings.Join(inner, " | ") + ")"
}

// pattern is the regular expression of a token.
func pattern(name string) string {
	for _, rules := range definition.Rules() {
		i := slices.IndexFunc(rules, func(r lexer.Rule) bool { return r.Name == name })
		if i >= 0 {
			return "/" + rules[i].Pattern + "/"
		}
	}
	return ""
}
