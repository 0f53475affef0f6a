package policy

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// anyTerms draws valid terms, with roundings near the limit too.
func anyTerms() *rapid.Generator[Terms] {
	return rapid.Custom(func(t *rapid.T) Terms {
		kinds := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"attrition", "count", "summary", "table"}), rapid.ID)
		return Terms{
			MinCell:    rapid.IntRange(1, 50).Draw(t, "min_cell"),
			TrueMin:    rapid.IntRange(0, 10).Draw(t, "true_min"),
			Show:       rapid.IntRange(0, 50).Draw(t, "show"),
			Sigma2:     rapid.Float64Range(0, 100).Draw(t, "sigma2"),
			RhoStudy:   rapid.Float64Range(0, 3).Draw(t, "rho_study"),
			RankShare:  rapid.Float64Range(0, 1).Draw(t, "rank_share"),
			RoundTo:    rapid.OneOf(rapid.IntRange(1, 30), rapid.IntRange(1, MaxRoundTo), rapid.Just(MaxRoundTo)).Draw(t, "round_to"),
			Kinds:      kinds.Draw(t, "kinds"),
			MinCohort:  rapid.IntRange(0, 100).Draw(t, "min_cohort"),
			Dimensions: rapid.IntRange(0, 6).Draw(t, "dimensions"),
			Review:     Review(rapid.IntRange(0, 2).Draw(t, "review")),
		}
	})
}

// looser names a field in which t protects less than u, "" for none.
func looser(t, u Terms) string {
	for name, less := range map[string]bool{
		"min_cell": t.MinCell < u.MinCell, "true_min": t.TrueMin < u.TrueMin, "show": t.Show < u.Show,
		"sigma2": t.Sigma2 < u.Sigma2, "rho_study": t.RhoStudy > u.RhoStudy, "rank_share": t.RankShare > u.RankShare,
		"round_to":   t.RoundTo != MaxRoundTo && t.RoundTo%u.RoundTo != 0,
		"min_cohort": t.MinCohort < u.MinCohort, "dimensions": t.Dimensions > u.Dimensions, "review": t.Review < u.Review,
		"kinds": slices.ContainsFunc(t.Kinds, func(k string) bool { return !slices.Contains(u.Kinds, k) }),
	} {
		if less {
			return name
		}
	}
	return ""
}

func TestMeetIsALattice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyTerms().Draw(t, "a"), anyTerms().Draw(t, "b"), anyTerms().Draw(t, "c")
		ab := a.Meet(b)
		if diff := cmp.Diff(ab, b.Meet(a)); diff != "" {
			t.Errorf("not commutative:\n%s", diff)
		}
		if diff := cmp.Diff(ab.Meet(c), a.Meet(b.Meet(c))); diff != "" {
			t.Errorf("not associative:\n%s", diff)
		}
		if diff := cmp.Diff(ab, ab.Meet(ab)); diff != "" {
			t.Errorf("not idempotent:\n%s", diff)
		}
		if diff := cmp.Diff(a.Digest(), a.Meet(a).Digest()); diff != "" {
			t.Errorf("meeting itself changes the digest:\n%s", diff)
		}
		if diff := cmp.Diff(ab, ab.Meet(a)); diff != "" {
			t.Errorf("meeting a part again changes it:\n%s", diff)
		}
	})
}

func TestMeetNeverLoosens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyTerms().Draw(t, "a"), anyTerms().Draw(t, "b")
		ab := a.Meet(b)
		if name := looser(ab, a); name != "" {
			t.Errorf("looser than the first in %s", name)
		}
		if name := looser(ab, b); name != "" {
			t.Errorf("looser than the second in %s", name)
		}
		if err := ab.Valid(); err != nil {
			t.Errorf("the meet of valid terms: %v", err)
		}
	})
}

// Monotone: tighter terms give a tighter meet.
func TestMeetIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyTerms().Draw(t, "a"), anyTerms().Draw(t, "b"), anyTerms().Draw(t, "c")
		if name := looser(a.Meet(b).Meet(c), a.Meet(c)); name != "" {
			t.Errorf("a tighter part gave a looser meet in %s", name)
		}
	})
}

// Meet must not write into the lists it was given.
func TestMeetKeepsItsParts(t *testing.T) {
	a := Terms{RoundTo: 1, Kinds: []string{"table", "count"}}
	b := Terms{RoundTo: 1, Kinds: []string{"count"}}
	got := a.Meet(b)
	if diff := cmp.Diff([]string{"count"}, got.Kinds); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"table", "count"}, a.Kinds); diff != "" {
		t.Errorf("a part was changed:\n%s", diff)
	}
}

// testdata/meet.yaml shows what two terms give together.
func TestMeetByExample(t *testing.T) {
	var cases []struct {
		Name              string
		Floor, Says, Gets yaml.Node
	}
	text, err := os.ReadFile("testdata/meet.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &cases)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			terms := func(change yaml.Node) Terms {
				whole := Terms{MinCell: 10, TrueMin: 3, Show: 17, Sigma2: 20, RhoStudy: 0.5, RankShare: 0.1,
					RoundTo: 5, Kinds: []string{"count", "table"}, MinCohort: 10, Dimensions: 4}
				if err := change.Decode(&whole); err != nil {
					t.Fatal(err)
				}
				return whole
			}
			if diff := cmp.Diff(terms(c.Gets), terms(c.Floor).Meet(terms(c.Says))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestInvalidRoundingMeetsAsTheCoarsest(t *testing.T) {
	for _, bad := range []int{0, -5, MaxRoundTo + 1, math.MaxInt} {
		if got := (Terms{RoundTo: bad}).Meet(Terms{RoundTo: 5}).RoundTo; got != MaxRoundTo {
			t.Errorf("round_to %d meets 5 as %d", bad, got)
		}
	}
}

func TestDigest(t *testing.T) {
	a := Terms{MinCell: 10, RoundTo: 5, Kinds: []string{"table", "count"}}
	b := Terms{MinCell: 10, RoundTo: 5, Kinds: []string{"count", "table"}}
	if a.Digest() != b.Digest() {
		t.Error("the digest depends on the order of kinds")
	}
	if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(a.Digest()) {
		t.Errorf("digest %q", a.Digest())
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyTerms().Draw(t, "a"), anyTerms().Draw(t, "b")
		a.Kinds, b.Kinds = words(a.Kinds), words(b.Kinds)
		if same := cmp.Equal(a, b); same != (a.Digest() == b.Digest()) {
			t.Errorf("equal terms: %t; equal digests: %t", same, !same)
		}
	})
}

func TestValid(t *testing.T) {
	good := Terms{MinCell: 10, RankShare: 0.1, RoundTo: 5, Kinds: []string{"count"}}
	if err := good.Valid(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Terms){
		"no min_cell":         func(t *Terms) { t.MinCell = 0 },
		"negative true_min":   func(t *Terms) { t.TrueMin = -1 },
		"negative show":       func(t *Terms) { t.Show = -1 },
		"negative sigma2":     func(t *Terms) { t.Sigma2 = -1 },
		"sigma2 NaN":          func(t *Terms) { t.Sigma2 = math.NaN() },
		"sigma2 infinite":     func(t *Terms) { t.Sigma2 = math.Inf(1) },
		"negative rho_study":  func(t *Terms) { t.RhoStudy = -0.1 },
		"rho_study infinite":  func(t *Terms) { t.RhoStudy = math.Inf(1) },
		"rank_share over 1":   func(t *Terms) { t.RankShare = 1.1 },
		"rank_share NaN":      func(t *Terms) { t.RankShare = math.NaN() },
		"no round_to":         func(t *Terms) { t.RoundTo = 0 },
		"round_to too coarse": func(t *Terms) { t.RoundTo = MaxRoundTo + 1 },
		"negative min_cohort": func(t *Terms) { t.MinCohort = -1 },
		"negative dimensions": func(t *Terms) { t.Dimensions = -1 },
		"unknown review":      func(t *Terms) { t.Review = 3 },
		"negative review":     func(t *Terms) { t.Review = -1 },
		"empty kind":          func(t *Terms) { t.Kinds = []string{""} },
		"everything":          func(t *Terms) { *t = Terms{} },
	} {
		spoiled := good
		if spoil(&spoiled); !errors.Is(spoiled.Valid(), ErrTerms) {
			t.Errorf("%s: got %v", name, spoiled.Valid())
		}
	}
}

func TestReviewWords(t *testing.T) {
	for review, word := range map[Review]string{ReviewNone: `"none"`, ReviewOne: `"one"`, ReviewTwo: `"two"`} {
		text, err := json.Marshal(review)
		if err != nil || string(text) != word {
			t.Errorf("%v is written %s, %v", review, text, err)
		}
		var back Review
		if err := json.Unmarshal([]byte(word), &back); err != nil || back != review {
			t.Errorf("%s is read as %v, %v", word, back, err)
		}
	}
	var r Review
	if err := r.UnmarshalText([]byte("three")); !errors.Is(err, ErrTerms) {
		t.Errorf("got %v", err)
	}
	if got := Review(7).String(); got != "review(7)" {
		t.Errorf("got %q", got)
	}
}

func TestTermsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyTerms().Draw(t, "terms")
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var fromJSON, fromYAML Terms
		if err := json.Unmarshal(text, &fromJSON); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(text, &fromYAML); err != nil {
			t.Fatal(err)
		}
		if fromJSON.Digest() != want.Digest() || fromYAML.Digest() != want.Digest() {
			t.Errorf("%s came back as %+v and %+v", text, fromJSON, fromYAML)
		}
	})
}
