package lint

import (
	"reflect"
	"slices"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// lostEnds finds unions whose time counts, as episodes or as days covered, where some members have an end and others do
// not. The union has none then: a treatment of a month is its first day.
func (l *linter) lostEnds() {
	decls := reflect.ValueOf(l.File.Decls)
	eachOf(decls, func(s *syntax.EventSet) {
		if s.Episodes != nil {
			l.lostEnd(s.Episodes)
		}
	})
	eachOf(decls, func(c *syntax.Covered) { l.lostEnd(c.Set) })
}

func (l *linter) lostEnd(s *syntax.EventSet) {
	var ended, bare []string
	eachMember(s, func(m *syntax.EventSet) {
		name, end := "`episodes`", m.Episodes != nil
		if !end {
			source, _ := l.Target.Catalog.Source(m.Source.Name)
			name, end = "`"+m.Source.Name+"`", source.End
		}
		names := &bare
		if end {
			names = &ended
		}
		if !slices.Contains(*names, name) {
			*names = append(*names, name)
		}
	})
	if len(ended) > 0 && len(bare) > 0 {
		l.say(lostEnd(s.Span(), ended, bare))
	}
}

// eachMember calls visit for the sets that are united, however deep.
func eachMember(s *syntax.EventSet, visit func(*syntax.EventSet)) {
	if len(s.Union) == 0 {
		visit(s)
	}
	for _, m := range s.Union {
		eachMember(m, visit)
	}
}
