package circe

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// conceptSet is a concept set of the expression, to be a code set.
type conceptSet struct {
	name   string
	at     *node
	terms  []string
	except []string
	unsaid []*node // items that have no code
	mapped []*node // items that ask for source codes that map to them
	empty  bool
	used   bool
}

// readSets reads the concept sets; they are declared in the order of their use.
func (im *importer) readSets(list *node) {
	im.sets = map[int]*conceptSet{}
	taken := map[string]bool{}
	for _, n := range list.list() {
		s := &conceptSet{at: n, name: identifier(n.get("name").text(), taken)}
		for _, item := range n.get("expression").get("items").list() {
			s.add(item)
		}
		s.empty = len(s.terms) == 0
		im.sets[n.get("id").whole()] = s
	}
}

func (s *conceptSet) add(item *node) {
	code := curie(item.get("concept"))
	if code == "" {
		s.unsaid = append(s.unsaid, item)
		return
	}
	if item.get("includeDescendants").flag() {
		code += " with descendants"
	}
	if item.get("includeMapped").flag() {
		s.mapped = append(s.mapped, item)
	}
	to := &s.terms
	if item.get("isExcluded").flag() {
		to = &s.except
	}
	if !slices.Contains(*to, code) {
		*to = append(*to, code)
	}
}

var systemWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,62}$`)

// curie is the code of a concept, by the rule of connectors/omop; "" where the file does not tell it.
func curie(c *node) string {
	system := strings.ReplaceAll(c.get("VOCABULARY_ID").text(), " ", "_")
	code := c.get("CONCEPT_CODE").text()
	id, ok := c.get("CONCEPT_ID").number()
	if !ok || system == "" || code == "" {
		return ""
	}
	if !systemWord.MatchString(system) || system == "OMOP" || strings.ContainsAny(code, " \t\r\n") {
		return fmt.Sprintf("OMOP:%.0f", id)
	}
	return system + ":" + code
}

// use is the name of a concept set for the text, "" where it has nothing to say. What the set does not say is noted once.
func (im *importer) use(at *node) string {
	s, ok := im.sets[at.whole()]
	if !ok {
		im.lost(at, Persons, "concept set", "the file has no concept set of this id; the criterion is left out")
		return ""
	}
	if !s.used {
		s.used = true
		for _, item := range s.unsaid {
			im.lost(item, Persons, "concept", "the file gives an id and no vocabulary and code, which a code needs; it is left out")
		}
		for _, item := range s.mapped {
			im.lost(item, Persons, "includeMapped", "a code set does not follow mappings from source codes; list them, or use condition_source")
		}
		if !s.empty {
			im.used = append(im.used, s)
		}
	}
	if s.empty {
		im.lost(at, Persons, "concept set", "none of its concepts can be said, so the criterion is left out")
		return ""
	}
	return s.name
}

// unused notes concept sets that no criterion uses.
func (im *importer) unused() {
	n := 0
	for _, s := range im.sets {
		if !s.used {
			n++
		}
	}
	if n > 0 {
		im.note(fmt.Sprintf("concept sets that no criterion uses, left out: %d", n))
	}
}

// width is where lines of a list break.
const width = 100

func (s *conceptSet) decl() string {
	head := "codes " + s.name + " = "
	text := list(head, s.terms)
	if len(s.except) > 0 {
		text += "\n" + list("  except ", s.except)
	}
	return text
}

// list joins terms, and breaks before one that would go beyond the width.
func list(head string, terms []string) string {
	line, out := head, ""
	for i, t := range terms {
		if i < len(terms)-1 {
			t += ","
		}
		if len(line)+len(t) > width && line != head {
			out += strings.TrimRight(line, " ") + "\n"
			line = "    "
		}
		line += t + " "
	}
	return out + strings.TrimRight(line, " ")
}

var (
	tag      = regexp.MustCompile(`^\s*[\[(][^\])]*[\])]\s*`) // [EHDEN RA] Leukopenia
	aside    = regexp.MustCompile(`\s*\([^)]*\)`)
	dangling = regexp.MustCompile(`(_(a|an|and|at|by|for|in|no|of|on|or|the|to|with))+$`)
	unworda  = regexp.MustCompile(`[^a-z0-9]+`)
)

// longest is how long a name may grow.
const longest = 40

// identifier makes a name of a title that is not taken yet. A name is never a word of the language or of the catalog.
func identifier(title string, taken map[string]bool) string {
	s := tag.ReplaceAllString(title, "")
	if short := aside.ReplaceAllString(s, ""); strings.TrimSpace(short) != "" {
		s = short
	}
	s = strings.Trim(unworda.ReplaceAllString(strings.ToLower(s), "_"), "_")
	if len(s) > longest {
		if at := strings.LastIndexByte(s[:longest+1], '_'); at > 0 {
			s = dangling.ReplaceAllString(s[:at], "")
		} else {
			s = s[:longest]
		}
	}
	s = cmp.Or(s, "set")
	if s[0] >= '0' && s[0] <= '9' {
		s = "c_" + s
	}
	if reserved[s] {
		s += "_codes"
	}
	name := s
	for n := 2; taken[name]; n++ {
		name = fmt.Sprint(s, "_", n)
	}
	taken[name] = true
	return name
}

// reserved are words of one token that a name could be mistaken for: of the language, and the sources, attributes and
// columns of the standard catalog.
var reserved = words(`a after age all and any apart as at before between by code codes cohort competing condition
	condition_era condition_source contains cause_of_death covered date days death define descendants device distinct
	drug drug_era during each else end ending episodes ethnicity event ever except exclude exactly extends false finding
	first followed followup from gap highest import in include including index inside is known last least lookback
	lowest max mean measurement median min missing most no none not observation_period observed of on ongoing or
	otherwise outcome param per person preceded procedure race region report sd sex share since start study sum test
	that then to true type unit unknown until value version visit when where window with within year`)

func words(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// clean makes one line of a title or label.
func clean(s string) string {
	return strings.Join(strings.Fields(s), " ")
}

// quote writes a text of the language.
func quote(s string) string {
	s = strings.ReplaceAll(clean(s), `\`, `\\`)
	return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
}
