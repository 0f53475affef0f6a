package catalog_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/catalog"
)

func network(t testing.TB) (*catalog.Catalog, string) {
	t.Helper()
	text, err := os.ReadFile("testdata/good/network.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, string(text)), string(text)
}

func mustParse(t testing.TB, text string) *catalog.Catalog {
	t.Helper()
	c, out := catalog.Parse("catalog.yaml", []byte(text))
	if c == nil {
		t.Fatalf("not parsed:\n%s", show([]byte(text), out))
	}
	return c
}

func TestLookups(t *testing.T) {
	c, _ := network(t)
	if _, ok := c.Source("conditions"); ok {
		t.Error("found a source that is not there")
	}
	if _, ok := c.Attribute("Sex"); ok {
		t.Error("names are case-sensitive")
	}
	if _, ok := c.Topic("hiv"); !ok {
		t.Error("no topic hiv")
	}
	want := [][]string{
		{"sex", "gender", "birth_date", "death", "province", "site"},
		{"condition", "drug", "measurement", "variant", "exposure.uv"},
		{"ICD10", "ATC", "SNOMED", "LOINC", "HGNC", "HP", "ISTAT"},
	}
	if d := cmp.Diff(want, [][]string{c.AttributeNames(), c.SourceNames(), c.SystemNames()}); d != "" {
		t.Error(d)
	}
	if atc, _ := c.System("ATC"); len(atc.Levels) != 5 {
		t.Errorf("levels of ATC: %v", atc.Levels)
	}
	if c.File != "catalog.yaml" {
		t.Errorf("file %q", c.File)
	}
}

func TestColumns(t *testing.T) {
	c, _ := network(t)
	want := map[string]string{
		"condition":   "start:date:sensitive code:code:sensitive status:code:sensitive",
		"drug":        "start:date:sensitive end:date:sensitive code:code:sensitive line:int:sensitive",
		"measurement": "start:date:sensitive code:code:sensitive value:number:sensitive",
		"variant":     "code:code:genomic hgvs:string:genomic zygosity:code:genomic note:string:free-text",
		"exposure.uv": "start:date:plain value:number:sensitive",
	}
	got := map[string]string{}
	for _, s := range c.Sources {
		var cols []string
		for _, name := range s.ColumnNames() {
			col, ok := s.Column(name)
			if !ok {
				t.Errorf("%s has no column %s", s.Name, name)
			}
			cols = append(cols, fmt.Sprintf("%s:%s:%s", col.Name, col.Type.Kind, col.Sensitivity))
		}
		got[s.Name] = strings.Join(cols, " ")
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	variant, _ := c.Source("variant")
	if _, ok := variant.Column("start"); ok {
		t.Error("a source without time has a start")
	}
	if code, _ := variant.Column("code"); code.System != "HGNC" {
		t.Errorf("system of the code column: %q", code.System)
	}
}

// A date that says nothing about its grid takes the period's: silence never loosens.
func TestSilenceIsStrict(t *testing.T) {
	c := mustParse(t, `
dataset: silent
custodian: {name: A, contact: a@example.org}
mode: {release: exact}
period: {start: 2020-01-01, end: 2020-12-31, grid: 3 months}
person: {attributes: {birth_date: {type: date, grid: {age: 5}}, seen: {type: date}, weight: {type: number}}}
sources: {scan: {kind: event, time: none, sensitivity: location, columns: {place: {type: string}, machine: {type: string, sensitivity: plain}}}}
`)
	for _, name := range []string{"birth_date", "seen"} {
		col, _ := c.Attribute(name)
		if col.Grid.Months != 3 || col.Sensitivity != catalog.Sensitive {
			t.Errorf("%s: grid %+v, %s", name, col.Grid, col.Sensitivity)
		}
	}
	if born, _ := c.Attribute("birth_date"); born.AgeGrid.Step != 5 {
		t.Errorf("age grid %+v", born.AgeGrid)
	}
	scan, _ := c.Source("scan")
	place, _ := scan.Column("place")
	machine, _ := scan.Column("machine")
	if place.Sensitivity != catalog.Location || machine.Sensitivity != catalog.Plain {
		t.Errorf("place %s, machine %s", place.Sensitivity, machine.Sensitivity)
	}
}

func TestKeys(t *testing.T) {
	c, _ := network(t)
	v := vocabulary(t, "code,label,parents\nISTAT:NA,Napoli,\nISTAT:BO,Bologna,\nICD10:E11,x,\n")
	for name, want := range map[string]string{"sex": "female male other", "province": "BO NA", "site": "bo pa", "birth_date": ""} {
		col, _ := c.Attribute(name)
		if got := strings.Join(c.Keys(col, v), " "); got != want {
			t.Errorf("keys of %s: %q, want %q", name, got, want)
		}
	}
	province, _ := c.Attribute("province")
	if got := c.Keys(province, nil); got != nil {
		t.Errorf("keys without a vocabulary: %v", got)
	}
}

func TestDigest(t *testing.T) {
	c, text := network(t)
	swap := func(old, new string) string {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("the file does not hold %q", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	atc, icd := "  ATC: {hierarchy: prefix, levels: [1, 3, 4, 5, 7]}\n", "  ICD10: {hierarchy: dotted}\n"
	same := map[string]string{
		"comment":             "# another comment\n" + text,
		"layout":              swap("{release: noisy, sigma2: 20}", "{sigma2: 20.0, release: noisy}"),
		"order of systems":    swap(icd+atc, atc+icd),
		"order of purposes":   swap("[DUO:0000007, DUO:0000042]", "[DUO:0000042, DUO:0000007]"),
		"order of unit codes": swap(`["LOINC:59261-8", LOINC:4548-4]`, "[LOINC:4548-4, LOINC:59261-8]"),
		"said or unsaid":      swap("time: none\n", "time: none\n    end: false\n"),
	}
	for name, other := range same {
		if mustParse(t, other).Digest() != c.Digest() {
			t.Errorf("%s changes the digest", name)
		}
	}
	for name, other := range map[string]string{
		"sensitivity":     swap("sensitivity: location", "sensitivity: quasi"),
		"order of values": swap("[female, male, other]", "[male, female, other]"),
		"order of columns": swap("      hgvs:     {type: string}\n      zygosity: {type: code, values: [het, hom, hemi]}\n",
			"      zygosity: {type: code, values: [het, hom, hemi]}\n      hgvs:     {type: string}\n"),
		"conversion": swap("10.929", "10.93"),
		"mark":       "mark: test\n" + text,
		"topic":      swap("ICD10:Z21", "ICD10:Z22"),
	} {
		if mustParse(t, other).Digest() == c.Digest() {
			t.Errorf("%s does not change the digest", name)
		}
	}
}

func TestDigestLeavesTheCatalogAlone(t *testing.T) {
	c, _ := network(t)
	before := c.SourceNames()
	c.Digest()
	if d := cmp.Diff(before, c.SourceNames()); d != "" {
		t.Error(d)
	}
}

func TestTooLong(t *testing.T) {
	_, out := catalog.Parse("big.yaml", make([]byte, catalog.MaxBytes+1))
	if len(out) != 1 || out[0].Code != "too-long" {
		t.Errorf("got %v", out)
	}
}

func TestTypeString(t *testing.T) {
	for want, typ := range map[string]catalog.Type{
		"number in mmol/mol":            {Kind: catalog.Number, Unit: "mmol/mol"},
		"number in mmol/mol (a change)": {Kind: catalog.Number, Unit: "mmol/mol", Change: true},
		"code":                          {Kind: catalog.Code},
	} {
		if typ.String() != want {
			t.Errorf("%+v is %q, want %q", typ, typ, want)
		}
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2024-01-31", 1, "2024-02-29"}, {"2023-01-31", 1, "2023-02-28"}, {"2024-02-29", 12, "2025-02-28"},
		{"2024-03-31", -1, "2024-02-29"}, {"2024-12-15", 1, "2025-01-15"}, {"1969-12-31", 2, "1970-02-28"},
	} {
		from, err := catalog.ParseDate(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := from.AddMonths(c.months).String(); got != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.months, got, c.want)
		}
	}
	if d, _ := catalog.ParseDate("1969-12-31"); d != -1 {
		t.Errorf("1969-12-31 is day %d, want -1", d)
	}
	if _, err := catalog.ParseDate("2023-02-29"); err == nil {
		t.Error("2023-02-29 is taken for a date")
	}
}

func ExampleParse() {
	_, remarks := catalog.Parse("catalog.yaml", []byte("dataset: demo\ncustodain: {name: IRCCS Example, contact: data@example.org}\n"))
	d := remarks[0]
	fmt.Printf("%d:%d: %s (%s) [%s]\n", d.Span.From.Line, d.Span.From.Column, d.Message, d.Hints[0], d.Code)
	// Output: 2:1: "custodain" is not a key here (did you mean "custodian"?) [unknown-key]
}
