package policy_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/policy"
)

const traces = "../dsl/testdata/catalogs/"

// compiled is the plan of a cohort of new users with the statements, and of the report.
func compiled(t *testing.T, statements, report string) (*plan.Plan, dsl.Target) {
	t.Helper()
	read := func(name string) []byte {
		b, err := os.ReadFile(traces + name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	c, list := catalog.Parse("clinic.yaml", read("clinic.yaml"))
	if len(list) > 0 {
		t.Fatal(list)
	}
	v, list := catalog.ParseVocabulary(read("clinic.csv"))
	if len(list) > 0 {
		t.Fatal(list)
	}
	target := dsl.Target{Catalog: c, Vocabulary: v}
	p, list := dsl.Compile("q", "study \"x\" cohort c { index first drug "+statements+" } report "+report, nil, target)
	if p == nil {
		t.Fatalf("%s %s: %v", statements, report, list)
	}
	return p, target
}

func facts(t *testing.T, statements, report string) policy.Facts {
	t.Helper()
	p, target := compiled(t, statements, report)
	return policy.FactsOf(p, target.Catalog, target.Vocabulary)
}

func columns(f policy.Facts) string {
	var out []string
	for _, c := range f.Columns {
		out = append(out, c.Name)
	}
	return strings.Join(out, " ")
}

func TestFactsColumns(t *testing.T) {
	const index = "drug.code drug.end drug.start"
	for name, c := range map[string]struct{ statements, report, want string }{
		"the index":                    {"", "count of c", index},
		"an attribute":                 {"include sex = \"male\"", "count of c", index + " person.sex"},
		"a dimension":                  {"", "table of c by province", index + " person.province"},
		"a summary":                    {"", "summary of c { value: children }", index + " person.children"},
		"a condition on events":        {"include any visit where (type = \"inpatient\")", "count of c", index + " visit.end visit.start visit.type"},
		"a statistic":                  {"include max value of score > 3", "count of c", index + " score.start score.value"},
		"events inside where":          {"include any drug where (any visit where (paid) and line >= 5)", "count of c", index + " drug.line visit.end visit.paid visit.start"},
		"a column of the event around": {"include any visit where (any score before planned)", "count of c", index + " score.start visit.end visit.planned visit.start"},
		"a source without a date":      {"include any variant", "count of c", index + " variant.code"},
		"a bound":                      {"include any score before death", "count of c", index + " person.death score.start"},
		"an age":                       {"include age at index >= 18", "count of c", index + " person.birth_date"},
		"observation":                  {"include registered at index", "count of c", index + " observation.end observation.start"},
		"an unused definition":         {"define x = sex", "count of c", index},
	} {
		t.Run(name, func(t *testing.T) {
			want := strings.Fields(c.want)
			slices.Sort(want)
			if diff := cmp.Diff(strings.Join(want, " "), columns(facts(t, c.statements, c.report))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A pick of a column reads those that break its ties as well: policy hears of them.
func TestFactsOfTies(t *testing.T) {
	got := columns(facts(t, "include planned of first visit is known", "count of c"))
	for _, want := range []string{"visit.start", "visit.end", "visit.type", "visit.paid", "visit.planned"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

func TestFactsSensitivity(t *testing.T) {
	f := facts(t, "include any variant include smoker", "table of c by province, sex")
	want := map[string]catalog.Sensitivity{"variant.code": catalog.Genomic, "person.smoker": catalog.Sensitive, "person.province": catalog.Location, "person.sex": catalog.Quasi}
	for _, c := range f.Columns {
		if class, ok := want[c.Name]; ok && class != c.Sensitivity {
			t.Errorf("%s is %s, want %s", c.Name, c.Sensitivity, class)
		}
	}
	if !f.Touches.Genomic || !f.Touches.Location {
		t.Errorf("touches %+v, want genomic and location", f.Touches)
	}
	if f := facts(t, "", "count of c"); f.Touches != (policy.Touches{}) {
		t.Errorf("a plain count touches %+v", f.Touches)
	}
}

func TestFactsAgeBands(t *testing.T) {
	for text, want := range map[string]int{
		"age at index in bands (<18, 18 to <25, 25 to <65, >=65)":            7,
		"age at index in bands (<40, >=40)":                                  0,
		"age at index + 1 in bands (<19, 19 to <26, >=26)":                   1, // as narrow as can be, since the widths are not ages
		"children in bands (<1, 1 to <2, >=2)":                               0,
		"years between index and death in bands (<1, 1 to <2, 2 to <5, >=5)": 0, // no age
		"age at first condition in bands (<18, 18 to <40, 40 to <65, >=65)":  22,
		"sex": 0,
	} {
		if got := facts(t, "", "table of c by "+text).SmallestAgeBand; got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestFactsCount(t *testing.T) {
	f := facts(t, "include sex in (\"male\", \"female\") and children > 2 include any score where (value > 3) since 2020-01-01", "table of c by sex, site")
	if f.Literals != 6 || f.Dimensions != 2 || !slices.Equal(f.Kinds, []string{"table"}) {
		t.Errorf("%d literals, %d dimensions, kinds %v; want 6 (two words, 2, 3, a day, at least 1), 2, table", f.Literals, f.Dimensions, f.Kinds)
	}
}

// Codes and their topics are told wherever they stand, and a restriction afterwards does not hide that they were asked.
func TestFactsCodes(t *testing.T) {
	for _, statements := range []string{
		"include any condition in ICD10:B20 with descendants",
		"include any condition where (code in ICD10:B20 with descendants)",
		"include any visit where (any condition in ICD10:B20 with descendants)",
		"include value of last score before (first condition in ICD10:B20 with descendants) > 3",
		"followup until first condition in ICD10:B20 with descendants include any visit during followup",
	} {
		p, target := compiled(t, statements, "count of c")
		for name, q := range map[string]*plan.Plan{"asked": p, "restricted": p.Restrict(&plan.CodeSet{Codes: []string{"ICD10:B20", "ICD10:B20.1"}})} {
			f := policy.FactsOf(q, target.Catalog, target.Vocabulary)
			if !slices.Equal(f.CodeSets, []string{"ICD10:B20", "ICD10:B20.1"}) || !slices.Equal(f.Topics, []string{"hiv"}) {
				t.Errorf("%s, %s: codes %v, topics %v", name, statements, f.CodeSets, f.Topics)
			}
		}
	}
	for _, statements := range []string{
		`include any condition where (code = "ICD10:B20")`,
		`include any condition where (code != "ICD10:B20")`,
		`include (code of first condition) in ("ICD10:B20", "ICD10:E11")`,
	} {
		if f := facts(t, statements, "count of c"); !slices.Contains(f.CodeSets, "ICD10:B20") || !slices.Equal(f.Topics, []string{"hiv"}) {
			t.Errorf("%s: codes %v, topics %v", statements, f.CodeSets, f.Topics)
		}
	}
	if f := facts(t, "include any condition", "count of c"); len(f.Topics) > 0 || f.Topics == nil {
		t.Errorf("any condition has topics %#v; want an empty list", f.Topics)
	}
}

// Who asks for the air where a person lived reads where the person lived.
func TestFactsOfPlaces(t *testing.T) {
	c, list := catalog.Parse("air.yaml", []byte(`
dataset: air
custodian: {name: A, contact: a@example.org}
mode: {release: exact}
period: {start: 2020-01-01, end: 2020-12-31}
person: {attributes: {sex: {type: code, values: [female, male], sensitivity: quasi}}}
sources:
  condition:     {kind: event, time: day, code: [ICD10], sensitivity: plain}
  exposure.pm25: {kind: place-day, place: comune, value: {type: number, unit: ug/m3, sensitivity: plain}, sensitivity: plain}
residence: {place: comune, from: date, to: date}
codes: {ICD10: {hierarchy: dotted}}
`))
	if len(list) > 0 {
		t.Fatal(list)
	}
	v, list := catalog.ParseVocabulary([]byte("code,label,parents\nICD10:J45,Asthma,\n"))
	if len(list) > 0 {
		t.Fatal(list)
	}
	touched := func(rule string) policy.Facts {
		target := dsl.Target{Catalog: c, Vocabulary: v}
		p, list := dsl.Compile("q", `study "x" cohort c { index first condition in ICD10:J45 `+rule+` } report count of c`, nil, target)
		if p == nil {
			t.Fatal(list)
		}
		return policy.FactsOf(p, c, v)
	}
	if f := touched(""); f.Touches.Location {
		t.Errorf("a query without places touches locations: %s", columns(f))
	}
	f := touched("include any exposure.pm25 where (value > 25 ug/m3) within 30 days before index")
	const want = "condition.code condition.start exposure.pm25.place exposure.pm25.start exposure.pm25.value" +
		" residence.end residence.person residence.place residence.start"
	if got := columns(f); !f.Touches.Location || got != want {
		t.Errorf("touches locations %t: %s\nwant %s", f.Touches.Location, got, want)
	}
	for _, column := range f.Columns {
		if home := strings.HasPrefix(column.Name, "residence."); home != (column.Sensitivity == catalog.Location) {
			t.Errorf("%s is %s", column.Name, column.Sensitivity)
		}
	}
}
