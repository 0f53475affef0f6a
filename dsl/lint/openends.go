package lint

import (
	"reflect"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// openEnds finds diagnoses that are asked to be under way, where one without an end is under way for ever. Of a stay or a
// treatment that is what is meant; of a diagnosis an end is seldom written down, so that an old one is during every later
// stay.
func (l *linter) openEnds() {
	eachOf(reflect.ValueOf(l.File.Decls), func(s *syntax.EventSet) {
		source := l.openEnded(s)
		if source == "" || endsKnown(s) {
			return
		}
		for _, p := range s.Phrases {
			if p.Kind == syntax.During || p.Kind == syntax.OngoingAt {
				l.say(openEnd(p.Span(), source))
			}
		}
	})
}

// eachOf calls visit for every node of a kind in a tree, the outer one first.
func eachOf[T any](v reflect.Value, visit func(*T)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		if node, ok := v.Interface().(*T); ok {
			visit(node)
		}
		eachOf(v.Elem(), visit)
	case reflect.Slice:
		for i := range v.Len() {
			eachOf(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			eachOf(v.Field(i), visit)
		}
	}
}

// openEnded is the source of a set whose events are diagnoses with an end that may be missing; "" where there is none.
// Episodes have an end.
func (l *linter) openEnded(s *syntax.EventSet) string {
	for _, member := range s.Union {
		if name := l.openEnded(member); name != "" && !endsKnown(member) {
			return name
		}
	}
	source, ok := l.Target.Catalog.Source(s.Source.Name)
	if !ok || !source.End || !slices.ContainsFunc(source.Systems, diagnostic) {
		return ""
	}
	return source.Name
}

// diagnostic reports whether a code system is one of diseases and findings. ICD9CM codes procedures as well.
func diagnostic(system string) bool {
	return strings.HasPrefix(system, "ICD10") || strings.HasPrefix(system, "ICD11") ||
		slices.Contains([]string{"SNOMED", "MONDO", "ORPHA", "OMIM", "HP", "ICPC"}, system)
}

// starting are the phrases that say when the events start: then an old one is not among them, where the date is no fixed one.
var starting = []syntax.PhraseKind{
	syntax.On, syntax.After, syntax.OnOrAfter, syntax.Since, syntax.FromTo,
	syntax.WithinBefore, syntax.WithinAfter, syntax.WithinOf, syntax.BetweenBefore, syntax.BetweenAfter,
}

// endsKnown reports whether a set asks for the end of its events, or for events that start near another date. A fixed
// date is not near.
func endsKnown(s *syntax.EventSet) bool {
	used := map[string]bool{}
	mentions(reflect.ValueOf(&s.Where).Elem(), used)
	return used["end"] || slices.ContainsFunc(s.Phrases, func(p syntax.Phrase) bool {
		_, fixed := p.A.(*syntax.DateLit)
		return slices.Contains(starting, p.Kind) && !p.Ending && !fixed
	})
}
