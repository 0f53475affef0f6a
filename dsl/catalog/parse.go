package catalog

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/words"
)

// MaxBytes is the length of the longest catalog file.
const MaxBytes = 1 << 20

var (
	datasetName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	columnWord  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	sourceWord  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?$`)
	systemWord  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,62}$`)
	siteWord    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)
)

// Names that tables and columns of the store, the connectors or the language have already.
var (
	reservedSources = []string{"person", "observation", "residence"}
	reservedColumns = []string{"person", "event", "index", "unit", "date", "data_start", "data_end", Start, End, CodeOf, Value}
)

// unwritable reports whether a name, or the part of a source's name before its dot, is a reserved word, so that no query
// could write it.
func unwritable(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	return slices.Contains(strings.Fields(words.Reserved), first)
}

// Parse reads a catalog file. file is its name, for messages. Every remark has a place in the file: unknown
// keys, wrong types, and references to what is not there are errors, and then the catalog is nil.
func Parse(file string, text []byte) (*Catalog, diag.List) {
	r := newReader(text)
	if len(text) > MaxBytes {
		r.out.Add(tooLong(MaxBytes))
		return nil, r.out
	}
	root, ok := r.root()
	if !ok {
		return nil, r.out
	}
	r.extend(root)
	c := r.catalog(root)
	for _, check := range r.later {
		check()
	}
	if r.out.Failed() {
		return nil, r.out
	}
	c.Period.coarsen(c.Attributes)
	for _, s := range c.Sources {
		c.Period.coarsen(s.Columns)
	}
	c.File = file
	return c, r.out
}

func (r *reader) catalog(n *yaml.Node) *Catalog {
	c := &Catalog{}
	r.fields(n, fields{
		"dataset":     into(&c.Dataset, r.name(datasetName)),
		"title":       into(&c.Title, r.title),
		"duo":         into(&c.DUO, r.purposes),
		"custodian":   into(&c.Custodian, r.custodian),
		"mark":        into(&c.Mark, r.oneOf("demo", "test")),
		"mode":        into(&c.Mode, r.mode),
		"period":      into(&c.Period, r.period),
		"observation": into(&c.Observed, r.observation),
		"sites":       into(&c.Sites, r.sites),
		"person":      func(n *yaml.Node) { c.Attributes = r.person(n, c) },
		"sources":     func(n *yaml.Node) { c.Sources = r.sources(n, c) },
		"codes":       into(&c.Systems, r.systems),
		"protected":   func(n *yaml.Node) { c.Protected = r.topics(n, c) },
		"libraries":   into(&c.Libraries, r.libraries),
		"extends":     func(n *yaml.Node) { r.oneOf(Standards()...)(n) },
		"residence":   func(n *yaml.Node) { r.residence(n, c) },
	}, "dataset", "custodian", "mode", "period", "person")
	return c
}

// refuse reads nothing: the design has such a thing, this version has not.
func (r *reader) refuse(what string) func(*yaml.Node) {
	return func(n *yaml.Node) { r.out.Add(notYet(r.span(n), what)) }
}

func (r *reader) title(n *yaml.Node) map[string]string {
	out := map[string]string{}
	r.entries(n, func(key, value *yaml.Node) { out[key.Value] = r.word(value) })
	return out
}

func (r *reader) purposes(n *yaml.Node) []string {
	for _, item := range r.list(n) {
		if system, _, ok := SplitCurie(item.Value); !ok || (system != "DUO" && system != "MONDO") {
			r.wrong(item, "a purpose such as DUO:0000042, or a disease such as MONDO:0005148")
		}
	}
	return r.texts(n)
}

func (r *reader) custodian(n *yaml.Node) (out Custodian) {
	r.fields(n, fields{"name": into(&out.Name, r.word), "contact": into(&out.Contact, r.word)}, "name", "contact")
	return out
}

func (r *reader) mode(n *yaml.Node) (out Mode) {
	r.fields(n, fields{
		"release": into(&out.Release, r.oneOf("exact", "noisy", "dp")),
		"sigma2":  into(&out.Sigma2, r.number),
	}, "release")
	if noisy := out.Release == "noisy"; noisy && out.Sigma2 <= 0 {
		r.wrong(n, "a variance above 0 (sigma2) with release: noisy")
	} else if !noisy && out.Sigma2 != 0 {
		r.out.Add(misplaced(r.span(n), "sigma2", "release: noisy"))
	}
	return out
}

func (r *reader) period(n *yaml.Node) Period {
	out := Period{Grid: Grid{Months: 1}}
	r.fields(n, fields{
		"start": into(&out.Start, r.date),
		"end":   into(&out.End, r.date),
		"grid":  into(&out.Grid, r.months),
	}, "start", "end")
	if out.End < out.Start {
		r.out.Add(badPeriod(r.span(n)))
	}
	return out
}

func (r *reader) observation(n *yaml.Node) bool {
	r.fields(n, fields{
		"from": func(n *yaml.Node) { r.oneOf("date")(n) },
		"to":   func(n *yaml.Node) { r.oneOf("date")(n) },
	}, "from", "to")
	return true
}

// residence reads what the places are called in which persons live.
func (r *reader) residence(n *yaml.Node, c *Catalog) {
	r.fields(n, fields{
		"place": into(&r.lives, r.name(columnWord)),
		"from":  func(n *yaml.Node) { r.oneOf("date")(n) },
		"to":    func(n *yaml.Node) { r.oneOf("date")(n) },
	}, "place", "from", "to")
	c.Residence = true
}

func (r *reader) sites(n *yaml.Node) []Site {
	var out []Site
	for _, item := range r.list(n) {
		var s Site
		r.fields(item, fields{"id": into(&s.ID, r.name(siteWord)), "name": into(&s.Name, r.word)}, "id", "name")
		if slices.ContainsFunc(out, func(o Site) bool { return o.ID == s.ID }) {
			r.out.Add(duplicate(r.span(item), s.ID))
		}
		out = append(out, s)
	}
	return out
}

func (r *reader) systems(n *yaml.Node) []CodeSystem {
	var out []CodeSystem
	r.entries(n, func(key, value *yaml.Node) {
		s := CodeSystem{Name: r.name(systemWord)(key)}
		r.fields(value, fields{
			"hierarchy": into(&s.Hierarchy, r.hierarchy),
			"levels":    into(&s.Levels, r.levels),
		}, r.needed(s.Name)...)
		if known, ok := usual(s.Name); ok && s.Hierarchy == "" && len(s.Levels) == 0 {
			s = known
		}
		if len(s.Levels) > 0 && s.Hierarchy != "prefix" {
			r.out.Add(misplaced(r.span(value), "levels", "hierarchy: prefix"))
		}
		out = append(out, s)
	})
	return out
}

// needed lists the keys that a code system cannot do without.
func (r *reader) needed(system string) []string {
	if _, ok := usual(system); ok {
		return nil
	}
	return []string{"hierarchy"}
}

func (r *reader) hierarchy(n *yaml.Node) string {
	return r.oneOf("dotted", "prefix", "table", "obo", "none")(n)
}

func (r *reader) levels(n *yaml.Node) []int {
	var out []int
	for _, x := range r.numbers(n) {
		if x < 1 || x != float64(int(x)) {
			r.wrong(n, "lengths of codes, such as [1, 3, 4, 5, 7]")
			return nil
		}
		out = append(out, int(x))
	}
	return out
}

func (r *reader) topics(n *yaml.Node, c *Catalog) []Topic {
	var out []Topic
	r.entries(n, func(key, value *yaml.Node) {
		t := Topic{Name: r.name(columnWord)(key)}
		r.fields(value, fields{"codes": func(n *yaml.Node) {
			for _, item := range r.list(n) {
				t.Terms = append(t.Terms, r.term(item, c))
			}
		}}, "codes")
		out = append(out, t)
	})
	return out
}

// term reads "CURIE", "CURIE with descendants" or "CURIE..CODE" of a code system that the catalog lists.
func (r *reader) term(n *yaml.Node, c *Catalog) Term {
	curie, below := strings.CutSuffix(r.word(n), " with descendants")
	curie, to, isRange := strings.Cut(curie, "..")
	t := Term{Curie: curie, To: to, Descendants: below}
	system, _, ok := SplitCurie(curie)
	_, ordered := t.Range()
	if !ok || isRange && (below || to == "" || !ordered || strings.ContainsAny(to, ": \t\r\n")) {
		r.out.Add(badTerm(r.span(n)))
		return Term{}
	}
	r.needSystem(n, system, c)
	return t
}

// needSystem checks, when the whole file is read, that the catalog lists the code system.
func (r *reader) needSystem(n *yaml.Node, name string, c *Catalog) {
	r.later = append(r.later, func() {
		if _, ok := c.System(name); !ok && name != "" {
			r.out.Add(unknownSystem(r.span(n), name, c.SystemNames()))
		}
	})
}
