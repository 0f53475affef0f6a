package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/dsl/plan"
)

// boardKey is a key of data.yaml and what its value must be.
type boardKey struct {
	path  string
	must  string // completes "it must be …"
	holds func(*yaml.Node) bool
}

// The shapes of words in data.yaml.
var (
	role    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
	id      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	country = regexp.MustCompile(`^[A-Z]{2}$`)
	disease = regexp.MustCompile(`^MONDO:[0-9]{7}$`)
	kind    = regexp.MustCompile(`^(` + strings.Join(kindNames(), "|") + `)$`)
	review  = regexp.MustCompile(`^(` + strings.Join(reviewWords, "|") + `)$`)
)

// boardKeys are all keys of data.yaml, with bounds that keep a slip of the pen from taking the protection
// away. In a cell of two persons each learns of the other, so the smallest minimum is three.
var boardKeys = []boardKey{
	{"board.contact", "one line of 3 to 200 characters, such as board@example.org", line},
	list("board.roles", "roles, at least one, such as researcher", 1, role),
	list("board.kinds", "kinds of report, at least one, of "+strings.Join(kindNames(), ", "), 1, kind),
	lists("board.agreed", "lists of study ids by dataset id; {} for none", id, id),
	list("board.countries", "country codes of two capital letters, such as IT", 0, country),
	lists("board.diseases", "lists of terms such as MONDO:0005148 by the wider term; {} for none", disease, disease),
	whole("board.dimensions.ordinary", 0, 6),
	whole("board.dimensions.location", 0, 6),
	whole("board.dimensions.genomic", 0, 6),
	whole("board.terms.min_cell", 3, 1000),
	whole("board.terms.true_min", 3, 1000),
	whole("board.terms.show", 3, 1000),
	number("board.terms.sigma2", 1, 10000),
	number("board.terms.rho_study", 0, 10),
	number("board.terms.rank_share", 0, 1),
	whole("board.terms.round_to", 1, 1000),
	whole("board.terms.min_cohort", 3, 100000),
	{"board.terms.review", "none, one or two", matches(review)},
	whole("board.min_cell.genomic", 3, 1000),
	whole("board.min_cell.location", 3, 1000),
	whole("board.min_cell.free_date", 3, 1000),
	whole("board.min_cell.protected", 3, 1000),
	whole("board.min_cell.fine_age", 3, 1000),
}

func kindNames() []string {
	var names []string
	for _, k := range plan.Kinds {
		names = append(names, k.Name)
	}
	return names
}

// keyOf returns the key with that path, nil for none.
func keyOf(path string) *boardKey {
	if i := slices.IndexFunc(boardKeys, func(k boardKey) bool { return k.path == path }); i >= 0 {
		return &boardKeys[i]
	}
	return nil
}

// isSection reports whether there are keys below path.
func isSection(path string) bool {
	return slices.ContainsFunc(boardKeys, func(k boardKey) bool { return strings.HasPrefix(k.path, path+".") })
}

// scalar reports whether n is a plain value of one of the types, and no alias of one.
func scalar(n *yaml.Node, types ...string) bool {
	return n.Kind == yaml.ScalarNode && slices.Contains(types, n.ShortTag())
}

func line(n *yaml.Node) bool {
	length := utf8.RuneCountInString(n.Value)
	return scalar(n, "!!str") && length >= 3 && length <= 200 && strings.TrimSpace(n.Value) == n.Value &&
		!strings.ContainsFunc(n.Value, func(r rune) bool { return !unicode.IsPrint(r) })
}

func matches(shape *regexp.Regexp) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool { return scalar(n, "!!str") && shape.MatchString(n.Value) }
}

func whole(path string, from, to int) boardKey {
	return boardKey{path, fmt.Sprintf("a whole number from %d to %d", from, to), func(n *yaml.Node) bool {
		var x int
		return scalar(n, "!!int") && n.Decode(&x) == nil && x >= from && x <= to
	}}
}

func number(path string, from, to float64) boardKey {
	return boardKey{path, fmt.Sprintf("a number from %v to %v", from, to), func(n *yaml.Node) bool {
		var x float64
		return scalar(n, "!!int", "!!float") && n.Decode(&x) == nil && x >= from && x <= to // not NaN either
	}}
}

// list is a list of at least that many words, each of the shape.
func list(path, must string, atLeast int, shape *regexp.Regexp) boardKey {
	return boardKey{path, must, func(n *yaml.Node) bool {
		return n.Kind == yaml.SequenceNode && len(n.Content) >= atLeast && !slices.ContainsFunc(n.Content, not(matches(shape)))
	}}
}

// lists are lists of words by word.
func lists(path, must string, key, word *regexp.Regexp) boardKey {
	return boardKey{path, must, func(n *yaml.Node) bool {
		ok := n.Kind == yaml.MappingNode
		for i := 0; ok && i+1 < len(n.Content); i += 2 {
			ok = matches(key)(n.Content[i]) && list("", "", 0, word).holds(n.Content[i+1])
		}
		return ok
	}}
}

func not(holds func(*yaml.Node) bool) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool { return !holds(n) }
}
