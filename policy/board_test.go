package policy

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func shipped(t testing.TB) []byte {
	t.Helper()
	text, err := fs.ReadFile(Default(), DataFile)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// section returns the map of the shipped data.yaml that holds the key at path, the last word of the path,
// and what writes the whole again.
func section(t testing.TB, path string) (holder map[string]any, key string, write func() []byte) {
	t.Helper()
	var doc map[string]any
	if err := yaml.Unmarshal(shipped(t), &doc); err != nil {
		t.Fatal(err)
	}
	at, holder := strings.Split(path, "."), doc
	for _, name := range at[:len(at)-1] {
		holder = holder[name].(map[string]any)
	}
	return holder, at[len(at)-1], func() []byte {
		text, err := yaml.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
}

// with is the shipped data.yaml with a value at path.
func with(t testing.TB, path string, value any) []byte {
	holder, key, write := section(t, path)
	holder[key] = value
	return write()
}

func TestParseBoardReadsWhatShips(t *testing.T) {
	b, err := ParseBoard(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	want := Terms{MinCell: 10, TrueMin: 3, Show: 17, Sigma2: 20, RhoStudy: 0.5, RankShare: 0.1, RoundTo: 5,
		Kinds: []string{"attrition", "count", "summary", "table"}, MinCohort: 10, Dimensions: 4}
	if diff := cmp.Diff(want, b.Terms); diff != "" {
		t.Errorf("terms (-want +got)\n%s", diff)
	}
	if err := b.Terms.Valid(); err != nil || b.Contact != nobody || len(b.Diseases) != 2 {
		t.Errorf("got %+v, %v", b, err)
	}
}

// testdata/bounds.yaml lists every key with values that a board may write and values that are refused.
func TestParseBoardBounds(t *testing.T) {
	var cases []struct {
		Key      string
		May, Not []any
	}
	text, err := os.ReadFile("testdata/bounds.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &cases)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		path := "board." + c.Key
		if i >= len(boardKeys) || boardKeys[i].path != path {
			t.Fatalf("testdata/bounds.yaml does not have the keys of boardKeys, in their order, at %s", path)
		}
		for _, value := range c.May {
			if _, err := ParseBoard(with(t, path, value)); err != nil {
				t.Errorf("%s: %v is refused: %v", path, value, err)
			}
		}
		for _, value := range c.Not {
			_, err := ParseBoard(with(t, path, value))
			if !errors.Is(err, ErrBoard) || !strings.Contains(err.Error(), ": "+path+" must be "+boardKeys[i].must) {
				t.Errorf("%s: %v: got %v", path, value, err)
			}
		}
	}
	if len(cases) != len(boardKeys) {
		t.Errorf("testdata/bounds.yaml has %d of %d keys", len(cases), len(boardKeys))
	}
}

func TestParseBoardNeedsEveryKey(t *testing.T) {
	for _, k := range boardKeys {
		holder, key, write := section(t, k.path)
		if _, ok := holder[key]; !ok {
			t.Errorf("%s does not ship", k.path)
		}
		delete(holder, key)
		_, err := ParseBoard(write())
		if want := k.path + " is missing; it must be " + k.must; !errors.Is(err, ErrBoard) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// Every key has a place in Board, and Board has no other. Terms get kinds and dimensions from beside them.
func TestBoardHasEveryKey(t *testing.T) {
	var want, got []string
	for _, k := range boardKeys {
		want = append(want, k.path)
	}
	board := reflect.TypeFor[Board]()
	for i := range board.NumField() {
		f := board.Field(i)
		path := "board." + f.Tag.Get("yaml")
		switch {
		case f.Type == reflect.TypeFor[Terms]():
			for j := range f.Type.NumField() {
				got = append(got, path+"."+f.Type.Field(j).Tag.Get("yaml"))
			}
		case f.Type == reflect.TypeFor[map[string]int]():
			for _, k := range boardKeys {
				if strings.HasPrefix(k.path, path+".") {
					got = append(got, k.path)
				}
			}
		default:
			got = append(got, path)
		}
	}
	got = slices.DeleteFunc(got, func(path string) bool { return path == "board.terms.kinds" || path == "board.terms.dimensions" })
	if diff := cmp.Diff(words(want), words(got)); diff != "" {
		t.Errorf("(-boardKeys +Board)\n%s", diff)
	}
}

func TestParseBoardRefusesText(t *testing.T) {
	ships := string(shipped(t))
	tests := map[string]struct{ text, error string }{
		"nothing":               {"", "it is empty"},
		"a comment alone":       {"# nothing\n", "it is empty"},
		"no YAML":               {"board: {", "did not find expected"},
		"a list":                {"- board\n", "board.contact is missing"},
		"an empty board":        {"board: {}\n", "board.min_cell.fine_age is missing"},
		"null":                  {"board:\n", "board.contact is missing"},
		"two documents":         {ships + "---\n" + ships, "more than one document"},
		"stands in for a rule":  {ships + "officina: {main: {decision: {}}}\n", "officina is not a key of data.yaml; remove it"},
		"an unknown key":        {ships + "  contacts: board@example.org\n", "board.contacts is not a key of data.yaml"},
		"a slip in a section":   {strings.Replace(ships, "min_cell: 10", "min_cel: 10", 1), "line 31: board.terms.min_cel is not a key of data.yaml; remove it\n  board.terms.min_cell is missing"},
		"another case":          {strings.Replace(ships, "round_to", "Round_to", 1), "board.terms.Round_to is not a key"},
		"a section that is one": {strings.Replace(ships, "  min_cell:\n", "  min_cell: 15\n  more:\n", 1), "board.min_cell.genomic is missing"},
		"a repeated key":        {ships + "  contact: board@example.org\n", "board.contact is already defined; keep one"},
		"a repeated section":    {ships + "board: {}\n", "already defined"},
		"a repeated dataset":    {strings.Replace(ships, "agreed: {}", "agreed: {a: [b], a: [c]}", 1), "already defined"},
		"an alias":              {strings.Replace(strings.Replace(ships, "min_cell: 10", "min_cell: &ten 10", 1), "min_cohort: 10", "min_cohort: *ten", 1), "board.terms.min_cohort must be"},
		"an alias as a key":     {strings.Replace(ships, "contact: ethics", "&contact other: x\n  *contact : ethics", 1), "board.other is not a key"},
		"a merge":               {ships + "  <<: {contact: a@example.org}\n", "board.<< is not a key"},
		"a type of one's own":   {strings.Replace(ships, "min_cell: 10", "min_cell: !few 10", 1), "board.terms.min_cell must be"},
		"a key that is a list":  {ships + "  ? [a]\n  : b\n", "board.(not a word) is not a key"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b, err := ParseBoard([]byte(test.text))
			if !errors.Is(err, ErrBoard) || !strings.Contains(err.Error(), test.error) {
				t.Errorf("got %v\nwant %s", err, test.error)
			}
			if diff := cmp.Diff(Board{}, b); diff != "" {
				t.Errorf("an error comes with a board:\n%s", diff)
			}
		})
	}
}

// Whatever is accepted has terms that are valid and protect.
func FuzzParseBoard(f *testing.F) {
	f.Add(shipped(f))
	f.Add([]byte("board: {kinds: [count], terms: {min_cell: 10}}\n"))
	f.Add([]byte("board: {day: 2026-01-01, no: no, huge: .inf}\n"))
	f.Add([]byte("board: &a {b: *a}\n"))
	f.Add(with(f, "board.terms.min_cell", 3.9))
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := ParseBoard(text)
		switch {
		case err != nil && !errors.Is(err, ErrBoard):
			t.Errorf("error of no class: %v", err)
		case err == nil && (b.Terms.Valid() != nil || b.Terms.MinCell < 3 || b.Contact == "" || len(b.MinCell) != 5 || len(b.Dimensions) != 3):
			t.Errorf("accepted %+v", b)
		}
	})
}

func TestWithContact(t *testing.T) {
	for _, contact := range []string{"board@clinic.example", "Comitato etico: città", "*board", "{a: b} # c", `"quoted"`, "it's", "true", "12345", "a <b@c>"} {
		files, err := WithContact(contact)
		if err != nil {
			t.Errorf("%s: %v", contact, err)
			continue
		}
		b, err := ParseBoard(files[DataFile])
		if err != nil || b.Contact != contact {
			t.Errorf("%s: the bundle has %q, %v", contact, b.Contact, err)
		}
		if ships := string(shipped(t)); strings.Count(string(files[DataFile]), "\n") != strings.Count(ships, "\n") {
			t.Errorf("%s: more than the contact was changed", contact)
		}
		if len(files) < 20 || len(files["main.rego"]) == 0 {
			t.Errorf("%s: only %d files", contact, len(files))
		}
	}
	for _, contact := range []string{"", " ", "ab", "a@b.c\n", "a@b.c\nroles: []", "a\x00bc", strings.Repeat("x", 201)} {
		if files, err := WithContact(contact); err == nil || files != nil {
			t.Errorf("%q is accepted", contact)
		}
	}
}
