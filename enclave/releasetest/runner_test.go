package releasetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/disclosure"
)

const short = `# A story.
load
  person    group
  p1..p20   a

  condition  start       code
  p1..p20    2020-03-10  ICD10:E11

submit
  cohort c { index first condition in ICD10:E11 }
  report count of c

expect released
  count of c
    persons
    20

# The end.
expect audit
  ingest
  study registered
  policy activated
  intent
  outcome ok
`

// A story that tells something else than what happens fails at that line, and its update is the story that does not.
func TestRunnerNoticesAndMends(t *testing.T) {
	wrong := strings.NewReplacer("    20\n", "    25\n", "  outcome ok\n", "  outcome withheld\n").Replace(short)
	after, failures := play(t.Context(), wrong, t.TempDir(), Real)
	if after != short {
		t.Errorf("the update is\n%s", after)
	}
	var lines []int
	for _, f := range failures {
		var u *unexpected
		if !errors.As(f, &u) {
			t.Fatal(f)
		}
		lines = append(lines, u.line)
	}
	if len(lines) != 2 || lines[0] != 13 || lines[1] != 19 {
		t.Errorf("failed at lines %v", lines)
	}
	if after, failures := play(t.Context(), short, t.TempDir(), Real); len(failures) > 0 || after != short {
		t.Errorf("the true story fails: %v", failures)
	}
}

// The engine is the runner's parameter: one that counts wrongly does not pass.
func TestRunnerTakesAnyEngine(t *testing.T) {
	miscount := func(real enclave.Engine, tables *Tables) enclave.Engine {
		if got := len(tables.Tables()); got != 2 {
			t.Errorf("the engine is given %d tables", got)
		}
		return miscounting{real}
	}
	after, failures := play(t.Context(), short, t.TempDir(), miscount)
	if len(failures) != 1 || !strings.Contains(after, "    30\n") {
		t.Errorf("%v\n%s", failures, after)
	}
}

type miscounting struct{ enclave.Engine }

func (miscounting) Run(_ context.Context, p *plan.Plan) (*disclosure.Raw, error) {
	return disclosure.NewRaw(p, []disclosure.Counts{{Cells: []disclosure.Cell{{Keys: []int{}, Persons: 30}}}}), nil
}

// Every kind of expectation is told apart from the others.
func TestRunnerTellsOutcomesApart(t *testing.T) {
	const query = "submit\n  cohort c { index first condition in ICD10:E11 }\n  report count of c\n"
	head, _, _ := strings.Cut(short, "submit")
	for _, c := range []struct{ story, want string }{
		{head + query + query + "expect differs\n", "expect same\n"},
		{head + query + "expect same\n", "expect differs\n"},
		{head + query + "expect withheld\n", "expect released\n  count of c\n    persons\n    20\n"},
		{head + "submit as=eve\n" + query[7:] + "expect denied access-role\n", "expect denied access-person\n"},
		{head + "submit\n  report count of c\nexpect internal\n", "expect invalid unknown-cohort\n"},
		{head + "submit study=other\n" + query[7:] + "expect denied\n", "expect not-found\n"},
	} {
		after, failures := play(t.Context(), c.story, t.TempDir(), Real)
		if len(failures) != 1 || !strings.HasSuffix(after, c.want) {
			t.Errorf("%v; want the story to end with %q:\n%s", failures, c.want, after)
		}
	}
}

// What a story gets wrong itself is an error with its line, and no update hides it.
func TestRunnerRefuses(t *testing.T) {
	for story, want := range map[string]string{
		"  indented\n":                                 "line 1: belongs to no command",
		"load \"open\n":                                "line 1: a quotation mark",
		"# x\nsing\n":                                  "2: there is no command sing",
		"expect released\n":                            "1: expect: nothing was submitted",
		"load\n  person sex\n  p1\n":                   "1: load: table person: 1 values in a row of 2",
		"load\n  person\n  p9..p3\n":                   "p9..p3 is no range",
		"load\n  person a\n\n  person b\n":             "person has other columns",
		"load\n  person\n  p1\n\n  person\n  p1\n":     "two rows",
		"submit as\n":                                  "does not know \"as\"",
		"clock tomorrow\n":                             "1: clock:",
		"catalog\n  a: [\n":                            "1: catalog:",
		"catalog\n  - a\n":                             "a map was expected",
		"corrupt flip nothing/*\n":                     "no file matches",
		"study\n  status: odd\n":                       "1: study:",
		"floor\n  min_cell: 0\nload\n  person\n  p1\n": "floor",
	} {
		after, failures := play(t.Context(), story, t.TempDir(), Real)
		if len(failures) == 0 || !strings.Contains(failures[0].Error(), want) || after != story {
			t.Errorf("%q: %v, want %q", story, failures, want)
		}
	}
}

// A script is its lines: whatever is parsed can be written back.
func FuzzParse(f *testing.F) {
	f.Add(short)
	f.Add("a \"b c\"\n\n  block\n\n  more\n# comment\nd")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parse(text)
		if err != nil {
			return
		}
		if got := s.rewrite(nil); got != strings.TrimSuffix(text, "\n")+"\n" {
			t.Errorf("%q becomes %q", text, got)
		}
		for _, c := range s.commands {
			if c.verb == "" || c.from >= c.to {
				t.Errorf("%q has an empty command", text)
			}
		}
	})
}
