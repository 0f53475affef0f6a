package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/catalog"
)

const codes = `code,label,parents
ICD10:E11,Type 2 diabetes mellitus,
ICD10:E11.2,"Type 2 diabetes mellitus, with renal complications",
ICD10:E11.21,with nephropathy,
ICD10:E11.9,Type 2 diabetes mellitus without complications,
ICD10:E110,no such thing,
ICD10:E12,Malnutrition-related diabetes,
ATC:A,Alimentary tract,
ATC:A10,Drugs used in diabetes,
ATC:A10B,Non-insulins,
ATC:A10BA,Biguanides,
ATC:A10BA02,metformin,
ATC:A10BX,Other,
SNOMED:73211009,Diabetes mellitus,
SNOMED:44054006,Type 2 diabetes mellitus,SNOMED:73211009
SNOMED:199230006,Pregestational type 2,SNOMED:44054006 SNOMED:76751001
SNOMED:76751001,Diabetes in pregnancy,SNOMED:73211009 SNOMED:199230006
LOINC:4548-4,HbA1c,
`

var systems = []catalog.CodeSystem{
	{Name: "ICD10", Hierarchy: "dotted"}, {Name: "ATC", Hierarchy: "prefix", Levels: []int{1, 3, 4, 5, 7}},
	{Name: "SNOMED", Hierarchy: "table"}, {Name: "HP", Hierarchy: "obo"}, {Name: "LOINC", Hierarchy: "none"}, {Name: "FREE", Hierarchy: "prefix"},
}

func vocabulary(t testing.TB, text string) *catalog.Vocabulary {
	t.Helper()
	v, out := catalog.ParseVocabulary([]byte(text))
	if len(out) > 0 {
		t.Fatalf("unexpected remarks:\n%s", show([]byte(text), out))
	}
	return v
}

// terms reads "E11+ E12 E11..E13": a plus asks for the descendants.
func terms(text string) []catalog.Term {
	var out []catalog.Term
	for _, f := range strings.Fields(text) {
		curie, below := strings.CutSuffix(f, "+")
		curie, to, _ := strings.Cut(curie, "..")
		out = append(out, catalog.Term{Curie: curie, To: to, Descendants: below})
	}
	return out
}

func TestExpand(t *testing.T) {
	v := vocabulary(t, codes+"FREE:a,a,\nFREE:abc,abc,\nHP:1,all,\nHP:2,left,HP:1\nHP:3,right,HP:1\nHP:4,both,HP:2 HP:3\nHP:5,leaf,HP:4\n")
	for _, c := range []struct{ name, terms, except, want string }{
		{"one code", "ICD10:E11", "", "ICD10:E11"},
		{"dotted", "ICD10:E11+", "", "ICD10:E11 ICD10:E11.2 ICD10:E11.21 ICD10:E11.9"},
		{"dotted, below the dot", "ICD10:E11.2+", "", "ICD10:E11.2 ICD10:E11.21"},
		{"dotted, a leaf", "ICD10:E11.9+", "", "ICD10:E11.9"},
		{"prefix", "ATC:A10B+", "", "ATC:A10B ATC:A10BA ATC:A10BA02 ATC:A10BX"},
		{"prefix, top", "ATC:A+", "", "ATC:A ATC:A10 ATC:A10B ATC:A10BA ATC:A10BA02 ATC:A10BX"},
		{"prefix, not a level", "ATC:A1+", "", "ATC:A1"},
		{"prefix without levels", "FREE:a+", "", "FREE:a FREE:abc"},
		{"table, two parents and a cycle", "SNOMED:73211009+", "", "SNOMED:199230006 SNOMED:44054006 SNOMED:73211009 SNOMED:76751001"},
		{"table, inside the cycle", "SNOMED:76751001+", "", "SNOMED:199230006 SNOMED:76751001"},
		{"obo, two parents", "HP:1+", "", "HP:1 HP:2 HP:3 HP:4 HP:5"},
		{"obo, one side without the other", "HP:2+", "HP:4", "HP:2 HP:5"},
		{"range, dotted, with all below its end", "ICD10:E10..E11", "", "ICD10:E10 ICD10:E11 ICD10:E11.2 ICD10:E11.21 ICD10:E11.9"},
		{"range, below the dot", "ICD10:E11.2..E11.3", "", "ICD10:E11.2 ICD10:E11.21 ICD10:E11.3"},
		{"range, whose end is past all", "ICD10:E110..Z99", "", "ICD10:E110 ICD10:E12 ICD10:Z99"},
		{"range of one", "ICD10:E11..E11", "", "ICD10:E11 ICD10:E11.2 ICD10:E11.21 ICD10:E11.9"},
		{"range, prefix", "ATC:A10A..A10BA", "", "ATC:A10A ATC:A10B ATC:A10BA ATC:A10BA02 ATC:A10BX"},
		{"range, obo", "HP:2..2", "", "HP:2 HP:4 HP:5"},
		{"range, no hierarchy", "LOINC:1..9", "", "LOINC:1 LOINC:4548-4 LOINC:9"},
		{"range, not in order", "ICD10:E12..E11", "", "ICD10:E11 ICD10:E11.2 ICD10:E11.21 ICD10:E11.9 ICD10:E12"},
		{"range, unknown system", "ICPC:T1..T9", "", "ICPC:T1 ICPC:T9"},
		{"except a range", "ICD10:E11+", "ICD10:E11.2..E11.3", "ICD10:E11 ICD10:E11.9"},
		{"no hierarchy", "LOINC:4548-4+", "", "LOINC:4548-4"},
		{"unknown code", "ICD10:Z99+", "", "ICD10:Z99"},
		{"unknown system", "ICPC:T90+", "", "ICPC:T90"},
		{"no system", "E11+", "", "E11"},
		{"union, each once", "ICD10:E11+ ICD10:E11.9 ATC:A10BX", "", "ATC:A10BX ICD10:E11 ICD10:E11.2 ICD10:E11.21 ICD10:E11.9"},
		{"except", "ICD10:E11+", "ICD10:E11.2+ ICD10:E12", "ICD10:E11 ICD10:E11.9"},
		{"except all", "ICD10:E11", "ICD10:E11+", ""},
	} {
		got := v.Expand(systems, terms(c.terms), terms(c.except))
		if d := cmp.Diff(strings.Fields(c.want), got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// Expand agrees with its definition: a code is in the answer if it or one above it is a term.
func TestExpandByDefinition(t *testing.T) {
	v := vocabulary(t, codes)
	all := slices.Concat(v.Codes("ICD10"), v.Codes("ATC"))
	rapid.Check(t, func(t *rapid.T) {
		pick := rapid.SliceOfN(rapid.SampledFrom(all), 0, 4)
		in, out := pick.Draw(t, "terms"), pick.Draw(t, "except")
		below := func(curie string, tops []string) bool {
			return slices.ContainsFunc(tops, func(top string) bool {
				dotted := strings.HasPrefix(curie, top+".") || (strings.Contains(top, ".") && strings.HasPrefix(curie, top))
				return curie == top || dotted || (strings.HasPrefix(top, "ATC:") && strings.HasPrefix(curie, top))
			})
		}
		var want []string
		for _, curie := range slices.Sorted(slices.Values(all)) {
			if below(curie, in) && !below(curie, out) {
				want = append(want, curie)
			}
		}
		got := v.Expand(systems, terms(strings.Join(in, "+ ")+"+"), terms(strings.Join(out, "+ ")+"+"))
		got = slices.DeleteFunc(got, func(s string) bool { return s == "" })
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("terms %v except %v: %s", in, out, d)
		}
	})
}

// A range agrees with its definition: a code is in it if it or one above it is an end, or lies between the ends by its text.
func TestRangeByDefinition(t *testing.T) {
	v := vocabulary(t, codes+"ATC:A10BB,Sulfonylureas,\nATC:A11,Vitamins,\nICD10:E13.1,a,\nICD10:E1,odd,\n")
	rapid.Check(t, func(t *rapid.T) {
		system := rapid.SampledFrom([]string{"ICD10", "ATC", "SNOMED"}).Draw(t, "system")
		all := v.Codes(system)
		from, to := rapid.SampledFrom(all).Draw(t, "from"), rapid.SampledFrom(all).Draw(t, "to")
		if from > to {
			from, to = to, from
		}
		var want []string
		for _, curie := range all {
			if from <= curie && curie <= to {
				want = append(want, v.Expand(systems, []catalog.Term{{Curie: curie, Descendants: true}}, nil)...)
			}
		}
		slices.Sort(want)
		_, code, _ := catalog.SplitCurie(to)
		got := v.Expand(systems, []catalog.Term{{Curie: from, To: code}}, nil)
		if d := cmp.Diff(slices.Compact(want), got); d != "" {
			t.Errorf("%s to %s: %s", from, to, d)
		}
	})
}

func TestVocabularyLookups(t *testing.T) {
	v := vocabulary(t, codes)
	if got := v.Label("ICD10:E11.2"); got != "Type 2 diabetes mellitus, with renal complications" {
		t.Errorf("label %q", got)
	}
	if got := v.Label("ICD10:Z99"); got != "ICD10:Z99" {
		t.Errorf("the label of an unknown code is %q, want the code", got)
	}
	if !v.Known("LOINC:4548-4") || v.Known("LOINC:4548") || v.Known("") {
		t.Error("Known is wrong")
	}
	if d := cmp.Diff([]string{"LOINC:4548-4"}, v.Codes("LOINC")); d != "" {
		t.Error(d)
	}
	if got := v.Codes("LOIN"); len(got) != 0 || v.Len() != 17 {
		t.Errorf("codes of no system: %v; %d in all", got, v.Len())
	}
	v.Codes("ATC")[0] = "changed"
	if v.Codes("ATC")[0] == "changed" {
		t.Error("Codes hands out the vocabulary's own slice")
	}
}

func TestContaining(t *testing.T) {
	v := vocabulary(t, codes+"ICD10CM:E11,TYPE 2 diabetes mellitus,\nICD10CM:K50,Morbus Crohn – Straße,\nHP:1,Temperature in \u212Aelvin,\n")
	for _, c := range []struct{ systems, text, want string }{
		{"ICD10", "type 2", "ICD10:E11 ICD10:E11.2 ICD10:E11.9"},
		{"ICD10 ICD10CM", "TyPe 2 DIAB", "ICD10:E11 ICD10:E11.2 ICD10:E11.9 ICD10CM:E11"},
		{"ICD10CM ICD10 ICD10", "type 2 diabetes", "ICD10:E11 ICD10:E11.2 ICD10:E11.9 ICD10CM:E11"},
		{"ICD10", "mellitus,", "ICD10:E11.2"},
		{"ICD10CM", "CROHN – STRAẞE", "ICD10CM:K50"}, // simple folding: ẞ is ß
		{"ICD10CM", "STRASSE", ""},                   // and not ss
		{"HP", "kelvin", "HP:1"},                     // the sign of kelvin is a k
		{"LOINC", "", "LOINC:4548-4"},
		{"LOINC", "HbA1cc", ""},
		{"ICD", "type", ""},
		{"", "type", ""},
	} {
		got := v.Containing(strings.Fields(c.systems), c.text)
		if d := cmp.Diff(strings.Fields(c.want), got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%q in %s: %s", c.text, c.systems, d)
		}
	}
	if v.Covers("ICD") || !v.Covers("ICD10") || !v.Covers("LOINC") || vocabulary(t, "code,label,parents\n").Covers("LOINC") {
		t.Error("Covers is wrong")
	}
}

// One vocabulary serves many at once, and what one has asked does not change what another is told.
func TestExpandTogether(t *testing.T) {
	v := vocabulary(t, codes)
	questions := []string{"ICD10:E11+", "SNOMED:73211009+", "ATC:A+", "ICD10:E11..E12"}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for j := range 200 {
				q := questions[(i+j)%len(questions)]
				got := v.Expand(systems, terms(q), terms("ICD10:E11.9"))
				want := vocabulary(t, codes).Expand(systems, terms(q), terms("ICD10:E11.9"))
				if !slices.Equal(got, want) {
					t.Errorf("%s: %v, want %v", q, got, want)
				}
				_ = append(got, "appended")
				v.Containing([]string{"ICD10"}, "type")
			}
		})
	}
	wait.Wait()
	plain := v.Expand([]catalog.CodeSystem{{Name: "ICD10", Hierarchy: "none"}}, terms("ICD10:E11+"), nil)
	if len(plain) != 1 {
		t.Errorf("another hierarchy of the system: %v, want one code", plain)
	}
}

// The memory of expansions is bounded: after many large ones old answers are made anew, and are the same.
func TestExpandForgets(t *testing.T) {
	var b strings.Builder
	b.WriteString("code,label,parents\nX:all,all,\n")
	for i := range 60_000 {
		fmt.Fprintf(&b, "X:%d,%d,X:all\n", i, i)
	}
	v := vocabulary(t, b.String())
	x := []catalog.CodeSystem{{Name: "X", Hierarchy: "table"}}
	for i := range 100 {
		if n := len(v.Expand(x, terms("X:all+"), terms(fmt.Sprintf("X:%d", i)))); n != 60_000 {
			t.Fatalf("%d codes, want 60,000", n)
		}
	}
	if n := v.Remembered(); n > 2<<20 {
		t.Errorf("%d codes are remembered", n)
	}
}

func TestVocabularyDigest(t *testing.T) {
	lines := strings.SplitAfter(strings.TrimSuffix(codes, "\n")+"\n", "\n")
	slices.Reverse(lines[1 : len(lines)-1])
	base := vocabulary(t, codes).Digest()
	if got := vocabulary(t, strings.Join(lines, "")).Digest(); got != base {
		t.Error("the order of the rows changes the digest")
	}
	for _, changed := range []string{
		strings.Replace(codes, "metformin", "Metformin", 1),
		strings.Replace(codes, "ATC:A10BX", "ATC:A10BY", 1),
		strings.Replace(codes, "SNOMED:44054006 SNOMED:76751001", "SNOMED:44054006", 1),
		strings.Replace(codes, "LOINC:4548-4,HbA1c,\n", "", 1),
	} {
		if vocabulary(t, changed).Digest() == base {
			t.Errorf("a change of the content does not change the digest:\n%s", cmp.Diff(codes, changed))
		}
	}
}

// What is written is read again, whatever the order it is given in.
func TestFormatVocabulary(t *testing.T) {
	v := vocabulary(t, codes)
	entries := v.Entries()
	text := catalog.FormatVocabulary(entries)
	if again := vocabulary(t, string(text)); again.Digest() != v.Digest() {
		t.Errorf("the digest of what was written differs:\n%s", text)
	}
	if some := v.Entries("LOINC", "SNOMED"); len(some) != 5 || some[0].Code != "LOINC:4548-4" || len(some[4].Parents) != 2 {
		t.Errorf("of two systems: %v", some)
	}
	slices.Reverse(entries)
	first := entries[0].Code
	if d := cmp.Diff(string(text), string(catalog.FormatVocabulary(entries))); d != "" || entries[0].Code != first {
		t.Errorf("the order matters, or was changed: %s", d)
	}
}

// A hundred thousand codes load in a moment, and a code set is a look-up, not a scan.
func TestVocabularyIsFast(t *testing.T) {
	var b strings.Builder
	b.WriteString("code,label,parents\n")
	for i := range 100_000 {
		fmt.Fprintf(&b, "ICD10:X%03d.%02d,label %d,\n", i/100, i%100, i)
	}
	begin := time.Now()
	v := vocabulary(t, b.String())
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("reading 100,000 codes took %v", took)
	}
	begin = time.Now()
	for range 1000 {
		if n := len(v.Expand(systems, terms("ICD10:X500+"), nil)); n != 101 {
			t.Fatalf("%d codes, want 101", n)
		}
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("1,000 expansions took %v", took)
	}
}

func BenchmarkExpand(b *testing.B) {
	v := vocabulary(b, codes)
	for b.Loop() {
		v.Expand(systems, terms("ICD10:E11+"), nil)
	}
}
