package audit

import (
	"fmt"
	"regexp"
	"slices"
)

// The shapes of fields. They are narrow on purpose: a value of a patient (a name, a code, a date, a number, a
// tax code) fits none of them but name, and names come from catalogs, studies and policies only.
var (
	// An id is random: 32 hexadecimal digits, a UUID, or 26 characters of base32 (crypto/rand.Text), after an optional prefix.
	idShape      = regexp.MustCompile(`^([a-z]{2,8}_)?([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z2-7]{26})$`)
	digestShape  = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	subjectShape = regexp.MustCompile(`^hmac-sha256:[0-9a-f]{64}$`)
	nameShape    = regexp.MustCompile(`^[a-z][a-z0-9]*([._-][a-z0-9]+)*$`)
)

const (
	maxName    = 64
	maxDenials = 64
)

// field is one optional field of an entry: where it is and what it may hold.
type field struct {
	name  string
	value func(Entry) string
	valid func(string) bool
}

var fields = []field{
	{"id", func(e Entry) string { return e.ID }, idShape.MatchString},
	{"study", func(e Entry) string { return e.Study }, isName},
	{"dataset", func(e Entry) string { return e.Dataset }, isName},
	{"snapshot", func(e Entry) string { return e.Snapshot }, digestShape.MatchString},
	{"subject", func(e Entry) string { return e.Subject }, subjectShape.MatchString},
	{"plan", func(e Entry) string { return e.Plan }, digestShape.MatchString},
	{"text", func(e Entry) string { return e.Text }, digestShape.MatchString},
	{"policy", func(e Entry) string { return e.Policy }, digestShape.MatchString},
	{"decision", func(e Entry) string { return e.Decision }, idShape.MatchString},
	{"terms", func(e Entry) string { return e.Terms }, digestShape.MatchString},
	{"release", func(e Entry) string { return e.Release }, digestShape.MatchString},
	{"class", func(e Entry) string { return string(e.Class) }, isName},
	{"action", func(e Entry) string { return e.Action }, isName},
	{"ref", func(e Entry) string { return e.Ref }, isRef},
}

// rule says which fields an entry of a kind must have, which it may have besides, and what its class or action can be.
type rule struct {
	need, may []string
	classes   []Class
	actions   []string
}

var rules = map[Kind]rule{
	KindIngest: {need: []string{"dataset", "snapshot"}, may: []string{"ref"}},
	KindIntent: {need: append([]string{"id", "subject"}, facts...)},
	KindDenied: {
		need:    []string{"id", "subject", "text", "class"},
		may:     []string{"study", "dataset", "snapshot", "plan", "policy", "decision", "terms", "ref"},
		classes: []Class{ClassDenied, ClassInvalid, ClassUnavailable, ClassInternal},
	},
	KindOutcome:   {need: append([]string{"id", "class"}, facts...), may: []string{"release", "ref"}, classes: ended},
	KindRecovered: {need: append([]string{"id", "class"}, facts...), may: []string{"release", "ref"}, classes: ended},
	KindStudy:     {need: []string{"study", "action"}, may: []string{"ref"}, actions: []string{"registered", "changed", "suspended", "closed"}},
	KindPolicy:    {need: []string{"policy", "action"}, may: []string{"ref"}, actions: []string{"activated", "rolled-back"}},
	KindKey:       {need: []string{"action"}, may: []string{"dataset", "ref"}, actions: []string{"created", "rotated", "retired"}},
}

// facts are what intent and outcome of a run say alike.
var facts = []string{"study", "dataset", "snapshot", "plan", "text", "policy", "decision", "terms"}

var ended = []Class{ClassOK, ClassWithheld, ClassUnavailable, ClassInternal}

// Validate tells whether the log may hold the entry: a known kind, the fields of that kind and no others, each of
// its shape. The error is [ErrEntry], which names the kind's field and never shows what stood there.
func (e Entry) Validate() error {
	r, ok := rules[e.Kind]
	if !ok {
		return fmt.Errorf("%w: unknown kind", ErrEntry)
	}
	if e.Time.IsZero() || e.Time.Year() < 2000 || e.Time.Year() > 9999 {
		return fmt.Errorf("%w: %s without a plausible time", ErrEntry, e.Kind)
	}
	for _, f := range fields {
		if err := r.check(e, f); err != nil {
			return err
		}
	}
	return r.consistent(e)
}

func (r rule) check(e Entry, f field) error {
	v, needed := f.value(e), slices.Contains(r.need, f.name)
	switch {
	case v == "" && needed:
		return fmt.Errorf("%w: %s needs %s", ErrEntry, e.Kind, f.name)
	case v != "" && !needed && !slices.Contains(r.may, f.name):
		return fmt.Errorf("%w: %s has no %s", ErrEntry, e.Kind, f.name)
	case v != "" && !f.valid(v):
		return fmt.Errorf("%w: %s of %s has the wrong shape", ErrEntry, f.name, e.Kind)
	}
	return nil
}

// consistent checks what two fields say together.
func (r rule) consistent(e Entry) error {
	switch {
	case e.Class != "" && !slices.Contains(r.classes, e.Class):
		return fmt.Errorf("%w: %s cannot have this class", ErrEntry, e.Kind)
	case e.Action != "" && !slices.Contains(r.actions, e.Action):
		return fmt.Errorf("%w: %s cannot have this action", ErrEntry, e.Kind)
	case e.Class == ClassOK && e.Release == "":
		return fmt.Errorf("%w: %s of class ok needs release", ErrEntry, e.Kind)
	case e.Class != ClassOK && e.Class != ClassWithheld && e.Release != "":
		return fmt.Errorf("%w: a failed %s has no release", ErrEntry, e.Kind)
	case len(e.Denials) > 0 && e.Kind != KindDenied, len(e.Denials) > maxDenials, !all(e.Denials, isName):
		return fmt.Errorf("%w: denials of %s are not names of rules", ErrEntry, e.Kind)
	}
	return nil
}

func isName(s string) bool { return len(s) <= maxName && nameShape.MatchString(s) }

func isRef(s string) bool { return idShape.MatchString(s) || digestShape.MatchString(s) }

func all(list []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !ok(s) })
}
