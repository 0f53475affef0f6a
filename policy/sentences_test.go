package policy

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/sentences.txt anew")

// testdata/sentences.txt shows what the policy that ships says, and what is said otherwise after changes of it.
func TestSentences(t *testing.T) {
	changes := []struct {
		title string
		edit  func(*Board)
	}{
		{"as it ships", func(*Board) {}},
		{"larger minimums of different sizes; those below the ordinary one say nothing", func(b *Board) {
			b.MinCell = map[string]int{"genomic": 30, "location": 20, "free_date": 10, "protected": 20, "fine_age": 3}
		}},
		{"the legal minimum is the larger one", func(b *Board) { b.Terms.TrueMin = 16 }},
		{"no rounding, few dimensions, one role, one kind", func(b *Board) {
			b.Terms.RoundTo, b.Dimensions["ordinary"] = 1, 1
			b.Roles, b.Kinds = []string{"researcher"}, []string{"count"}
		}},
		{"review, agreements, a region of nowhere, no diseases", func(b *Board) {
			b.Terms.Review = ReviewTwo
			b.Agreed = map[string][]string{"oncology": {}, "clinic": {"diabetes", "heart"}}
			b.Countries, b.Diseases = nil, nil
		}},
	}
	var out strings.Builder
	var ships []string
	for _, c := range changes {
		b, err := ParseBoard(shipped(t))
		if err != nil {
			t.Fatal(err)
		}
		c.edit(&b)
		says := b.Sentences()
		other := slices.DeleteFunc(slices.Clone(says), func(s string) bool { return slices.Contains(ships, s) })
		out.WriteString("# " + c.title + "\n" + strings.Join(other, "\n") + "\n\n")
		if ships == nil {
			ships = says
		}
	}
	const golden = "testdata/sentences.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("run with -update and read the difference (-want +got)\n%s", diff)
	}
}
