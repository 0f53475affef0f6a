// Package circe turns cohort expressions of OHDSI Circe, the JSON that ATLAS and the OHDSI PhenotypeLibrary keep, into
// the text of this language, for data in the OMOP Common Data Model and the standard catalog omop.
//
//	result, err := circe.Import("Celecoxib, age over 40", data)
//	fmt.Print(result.Text)
//	for _, p := range result.Parts { … }   // what the text does not say
//
// [Import] reads one expression, with or without the envelope that ATLAS puts around it. What Circe means is read from
// circe-be (https://github.com/OHDSI/circe-be, its SQL templates and builders, version 1.11): in short, the entry events of
// a person are those of any primary criterion that begin in an observation period with the prior and post days asked
// for; limits keep the first or last; inclusion rules are asked of each entry event; an exit ends it; and what
// touches is joined to one entry.
//
// Here a cohort has one index date a person. It is the start of the first entry of Circe's cohort (of the last, where the
// definition's limits say so). A rule is a rule of the cohort where one entry event is left to ask it of, and a condition
// on the events where there are several: then the first event that satisfies all rules is the index.
//
// Whatever the text does not say, or says a little differently, is a [Part] with its place in the JSON and the reason.
// A key that this package does not know is a Part too, unless it says nothing (null, false, an empty list or text).
//
// Limits. Vocabularies are not read: a concept becomes VOCABULARY:CODE as the file itself tells. The text is laid out
// by the formatter when it takes it.
package circe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// Effect says what a [Part] changes.
type Effect string

// The effects, the gravest first.
const (
	Persons Effect = "persons" // who is in, or when their index date is
	Exit    Effect = "exit"    // when they leave
	Later   Effect = "later"   // entries of a person after the first
)

// Part is a part of an expression that the text does not say, or says differently.
type Part struct {
	Path   string `json:"path"` // in the JSON: PrimaryCriteria.CriteriaList[0].ConditionOccurrence.VisitType
	What   string `json:"what"` // a few words
	Why    string `json:"why"`  // a sentence, with what is said instead
	Effect Effect `json:"effect"`
	// Near is true where the text says the part in a way that gives the same answer for most persons, and Why tells for
	// whom not.
	Near bool `json:"near,omitzero"`
}

// Result is an imported expression.
type Result struct {
	Title string   `json:"title"`
	Text  string   `json:"text"`
	Parts []Part   `json:"parts"` // in the order of the text; none: everything is said
	Notes []string `json:"notes"` // how the expression was read, where it is not plain
}

// Exact reports whether the text says all that the expression says about an effect.
func (r *Result) Exact(e Effect) bool {
	return !slices.ContainsFunc(r.Parts, func(p Part) bool { return p.Effect == e })
}

// Error says why a file cannot be imported at all.
type Error struct{ Reason string }

func (e *Error) Error() string { return "not a cohort expression of Circe: " + e.Reason }

// Import reads an expression. The title heads the study where the file has no name of its own. Errors are an [*Error].
func Import(title string, data []byte) (*Result, error) {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, &Error{"it is not JSON: " + err.Error()}
	}
	root := open(&node{v: v})
	name := root.get("name").text()
	if name == "" {
		name = title
	}
	if inner := root.get("expression"); inner.is() && !root.get("PrimaryCriteria").is() {
		if root = unwrap(inner); root == nil {
			return nil, &Error{"its expression is a text that is not JSON"}
		}
	}
	if !root.get("PrimaryCriteria").is() {
		return nil, &Error{"it has no PrimaryCriteria"}
	}
	im := &importer{result: &Result{Title: clean(name), Parts: []Part{}, Notes: []string{}}}
	if err := im.run(root); err != nil {
		return nil, err
	}
	if text, diags := syntax.Format(im.result.Text); !diags.Failed() {
		im.result.Text = text
	}
	return im.result, nil
}

// unwrap takes an expression out of the envelope of ATLAS, where it may stand as a text.
func unwrap(inner *node) *node {
	var v any
	text, ok := inner.v.(string)
	if !ok {
		return inner
	}
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return open(&node{v: v})
}

// importer builds the text of one expression.
type importer struct {
	result *Result
	sets   map[int]*conceptSet
	used   []*conceptSet // in the order of first use
	// defines says which of the cohort's definitions the rules use.
	defines struct{ from, to bool }
	clears  []clear // clean windows of the group that is being read
}

func (im *importer) run(root *node) error {
	im.readSets(root.get("ConceptSets"))
	if len(root.get("PrimaryCriteria").get("CriteriaList").list()) == 0 {
		return &Error{"it has no entry events"}
	}
	e := im.entry(root)
	if im.failed() {
		return &Error{"nothing of its entry events can be said here: " + im.result.Parts[0].Why}
	}
	exit := im.exit(root, e)
	root.skip("cdmVersionRange", "Title", "id", "description", "expressionType", "CollapseSettings", "name")
	im.rest(root)
	im.unused()
	name := identifier(im.result.Title, map[string]bool{})
	var b strings.Builder
	fmt.Fprintf(&b, "study %s\n\n", quote(im.result.Title))
	for _, s := range im.used {
		fmt.Fprintln(&b, s.decl())
	}
	if len(im.used) > 0 {
		fmt.Fprintln(&b)
	}
	fmt.Fprintf(&b, "cohort %s {\n%s%s}\n\nreport count of %s\n", name, im.body(e), exit, name)
	im.result.Text = b.String()
	return nil
}

// failed reports whether no entry event could be said.
func (im *importer) failed() bool { return im.result.Text == "none" }

// lost notes a part that is not said.
func (im *importer) lost(n *node, effect Effect, what, why string) {
	im.result.Parts = append(im.result.Parts, Part{Path: n.path, What: what, Why: why, Effect: effect})
}

// near notes a part that is said with a difference for some.
func (im *importer) near(n *node, effect Effect, what, why string) {
	p := Part{Path: n.path, What: what, Why: why, Effect: effect, Near: true}
	if !slices.Contains(im.result.Parts, p) {
		im.result.Parts = append(im.result.Parts, p)
	}
}

// note says how the expression was read.
func (im *importer) note(text string) {
	if !slices.Contains(im.result.Notes, text) {
		im.result.Notes = append(im.result.Notes, text)
	}
}

// rest notes the keys of an object that nobody asked for and that say something.
func (im *importer) rest(n *node) {
	for _, key := range n.unread() {
		im.lost(n.get(key), Persons, key, "this language, or the standard catalog, has nothing for it; it is left out")
	}
}

// body is the text of the cohort's statements before its exit.
func (im *importer) body(e *entry) string {
	var b strings.Builder
	for _, label := range e.comments {
		fmt.Fprintf(&b, "  # %s\n", label)
	}
	at := "index"
	if e.entered != "" {
		at = "entered"
		fmt.Fprintf(&b, "%s\n", laid("  define entered = "+e.entered))
	}
	fmt.Fprintf(&b, "%s\n", laid("  index "+e.index))
	if im.defines.from {
		fmt.Fprintf(&b, "  define observed_from = start of last observation_period ongoing at %s\n", at)
	}
	if im.defines.to {
		fmt.Fprintf(&b, "  define observed_to = end of last observation_period ongoing at %s\n", at)
	}
	for _, r := range e.rules {
		fmt.Fprintf(&b, "%s\n", laid("  "+r))
	}
	return b.String()
}
