package enginetest

import (
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl/plan"
)

// faulty is the reference engine with a fault: it reads every expression as misread does.
func faulty(misread func(plan.Expr)) engine {
	return func(t testing.TB, data tables) (func(question) answer, func()) {
		ask, done := referenceEngine(t, data)
		return func(q question) answer {
			p := q.shells()
			for _, x := range tops(p) {
				*x = everywhere(*x, misread)
			}
			return ask(question{p, q.withheld, q.parted})
		}, done
	}
}

// everywhere is a copy of x in which change was called with each node.
func everywhere(x plan.Expr, change func(plan.Expr)) plan.Expr {
	out, places := opened(x)
	for _, p := range places {
		*p = everywhere(*p, change)
	}
	change(out)
	return out
}

// The comparison can fail: an engine with a fault is found, and the script that tells of it is short and shows the fault.
func TestFaultsAreFoundAndMadeSmall(t *testing.T) {
	for name, c := range map[string]struct {
		misread func(plan.Expr)
		shows   string // what the plan of the script has
		lines   int    // the most lines of its tables
	}{
		"less is read as less or equal": {func(x plan.Expr) {
			if c, ok := x.(*plan.Compare); ok && c.Op == "<" {
				c.Op = "<="
			}
		}, "(< ", 6},
		"after is read as on or after": {func(x plan.Expr) {
			for _, s := range plan.Sets(x) {
				for i := range s.Bounds {
					if s.Bounds[i].Op == ">" {
						s.Bounds[i].Op = ">="
					}
				}
			}
		}, "(>", 6},
		"the last event is read as the first": {func(x plan.Expr) {
			if p, ok := x.(*plan.Pick); ok && p.Which == plan.Last {
				p.Which = plan.First
			}
		}, "(last ", 9},
		"a gap is forgotten": {func(x plan.Expr) {
			for _, s := range plan.Sets(x) {
				for _, made := range s.All() {
					if made.Episodes != nil {
						made.Gap.N = 0
					}
				}
			}
		}, "(episodes ", 10},
		"apart is forgotten": {func(x plan.Expr) {
			for _, s := range plan.Sets(x) {
				s.Apart = plan.Span{}
			}
		}, "(apart ", 8},
		"a row of two members is read twice": {func(x plan.Expr) {
			for _, s := range plan.Sets(x) {
				if len(s.Union) == 2 {
					s.Union[1] = plan.Union([]*plan.EventSet{s.Union[1], s.Union[1]}) // a made set
				}
			}
		}, "(union ", 6},
		"the nearest is read as the first": {func(x plan.Expr) {
			if p, ok := x.(*plan.Pick); ok && p.Which == plan.Nearest {
				p.Which = plan.First
			}
		}, "(nearest ", 8},
		"an open end is read as the start": {func(x plan.Expr) {
			if e, ok := x.(*plan.End); ok {
				e.Open = false
			}
		}, "event.open-end", 8},
		"otherwise catches the unknown": {func(x plan.Expr) {
			if c, ok := x.(*plan.Case); ok {
				c.CatchUnknown = true
			}
		}, "(otherwise ", 4},
	} {
		t.Run(name, func(t *testing.T) {
			script := found(t, [2]engine{faulty(c.misread), referenceEngine})
			tables, asked, _ := strings.Cut(script, "\nplan as written\n")
			if lines := strings.Count(tables, "\n"); lines > c.lines+3 || strings.Count(asked, "\n") > 30 {
				t.Errorf("the script is long:\n%s", script)
			}
			if !strings.Contains(asked, c.shows) {
				t.Errorf("the script does not show %s:\n%s", c.shows, script)
			}
		})
	}
}

// found asks plans until the engines differ, and returns the script of that.
func found(t *testing.T, engines [2]engine) string {
	t.Helper()
	var data tables
	for i := range uint64(6000) {
		if i%batch == 0 {
			data = newMaker(t, 3, i<<1).tables()
		}
		ask, done := open(t, engines, data)
		q := newMaker(t, 3, i<<1|1).question()
		answers := ask(q)
		if done(); differ(answers) {
			d := shrink(t, engines, dispute{data, q, answers}, time.Minute)
			return d.script([2]string{"faulty", "reference"}, "a fault")
		}
	}
	t.Fatal("the fault was not found")
	return ""
}
