package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrTerms is the class of errors of [Terms.Valid].
var ErrTerms = errors.New("terms are not valid")

// MaxRoundTo is the coarsest rounding. A Meet whose least common multiple is larger rounds to this.
const MaxRoundTo = 1_000_000

// Terms are the conditions under which the cells of a run may leave. Every count is of persons.
// The zero Terms are not valid: they would protect nothing and allow nothing.
type Terms struct {
	MinCell    int      `json:"min_cell" yaml:"min_cell"`     // smallest count of a cell that is shown, ≥ 1
	TrueMin    int      `json:"true_min" yaml:"true_min"`     // legal minimum of the true count (noisy mode), ≥ 0
	Show       int      `json:"show" yaml:"show"`             // smallest noisy count that is shown, ≥ 0
	Sigma2     float64  `json:"sigma2" yaml:"sigma2"`         // variance of the noise, persons², ≥ 0
	RhoStudy   float64  `json:"rho_study" yaml:"rho_study"`   // zCDP budget of the study, ≥ 0
	RankShare  float64  `json:"rank_share" yaml:"rank_share"` // cells asked ≤ this share of the persons, 0 … 1
	RoundTo    int      `json:"round_to" yaml:"round_to"`     // counts are multiples of this, 1 … MaxRoundTo
	Kinds      []string `json:"kinds" yaml:"kinds"`           // kinds of report that may leave; none listed, none may
	MinCohort  int      `json:"min_cohort" yaml:"min_cohort"` // smallest cohort that is reported on, ≥ 0
	Dimensions int      `json:"dimensions" yaml:"dimensions"` // most dimensions of a report, ≥ 0
	Review     Review   `json:"review" yaml:"review"`         // output checkers who must approve
}

// Meet returns the loosest terms that are as strict as both: the larger of each minimum, the smaller of
// each allowance, the least common multiple of the roundings and the kinds that both allow. It is
// commutative, associative and idempotent on valid terms.
func (t Terms) Meet(u Terms) Terms {
	return Terms{
		MinCell:    max(t.MinCell, u.MinCell),
		TrueMin:    max(t.TrueMin, u.TrueMin),
		Show:       max(t.Show, u.Show),
		Sigma2:     max(t.Sigma2, u.Sigma2),
		RhoStudy:   min(t.RhoStudy, u.RhoStudy),
		RankShare:  min(t.RankShare, u.RankShare),
		RoundTo:    meetRounding(t.RoundTo, u.RoundTo),
		Kinds:      meetKinds(t.Kinds, u.Kinds),
		MinCohort:  max(t.MinCohort, u.MinCohort),
		Dimensions: min(t.Dimensions, u.Dimensions),
		Review:     max(t.Review, u.Review),
	}
}

// meetRounding is the least common multiple of a and b, at most MaxRoundTo. A rounding that is not valid
// gives MaxRoundTo.
func meetRounding(a, b int) int {
	if a < 1 || b < 1 || a > MaxRoundTo || b > MaxRoundTo {
		return MaxRoundTo
	}
	return min(a/gcd(a, b)*b, MaxRoundTo)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func meetKinds(a, b []string) []string {
	return slices.DeleteFunc(words(a), func(kind string) bool { return !slices.Contains(b, kind) })
}

// Digest is the "sha256:" and the hexadecimal SHA-256 of the JSON of t with its kinds sorted.
func (t Terms) Digest() string {
	t.Kinds = words(t.Kinds)
	// Only NaN and infinities fail to encode; they are not valid and get the digest of nothing.
	text, _ := json.Marshal(t)
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Valid reports the first field that is out of its range, as an [ErrTerms].
func (t Terms) Valid() error {
	rules := []struct {
		ok   bool
		want string
	}{
		{t.MinCell >= 1, "min_cell must be at least 1"},
		{t.TrueMin >= 0, "true_min must not be negative"},
		{t.Show >= 0, "show must not be negative"},
		{t.Sigma2 >= 0 && !math.IsInf(t.Sigma2, 0), "sigma2 must be a number from 0"},
		{t.RhoStudy >= 0 && !math.IsInf(t.RhoStudy, 0), "rho_study must be a number from 0"},
		{t.RankShare >= 0 && t.RankShare <= 1, "rank_share must be between 0 and 1"},
		{t.RoundTo >= 1 && t.RoundTo <= MaxRoundTo, "round_to must be between 1 and 1000000"},
		{t.MinCohort >= 0, "min_cohort must not be negative"},
		{t.Dimensions >= 0, "dimensions must not be negative"},
		{t.Review >= ReviewNone && t.Review <= ReviewTwo, "review must be none, one or two"},
		{!slices.Contains(t.Kinds, ""), "kinds must not hold an empty word"},
	}
	for _, r := range rules {
		if !r.ok {
			return fmt.Errorf("%w: %s", ErrTerms, r.want)
		}
	}
	return nil
}

// Review is how many output checkers must approve a release, written none, one or two.
type Review int

// The reviews, from the loosest to the strictest.
const (
	ReviewNone Review = iota
	ReviewOne
	ReviewTwo
)

var reviewWords = []string{"none", "one", "two"}

// String returns the word of r.
func (r Review) String() string {
	if r < ReviewNone || r > ReviewTwo {
		return fmt.Sprintf("review(%d)", int(r))
	}
	return reviewWords[r]
}

// MarshalText writes the word of r.
func (r Review) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads none, one or two; another word is an [ErrTerms].
func (r *Review) UnmarshalText(text []byte) error {
	i := slices.Index(reviewWords, string(text))
	if i < 0 {
		return fmt.Errorf("%w: review must be none, one or two", ErrTerms)
	}
	*r = Review(i)
	return nil
}
