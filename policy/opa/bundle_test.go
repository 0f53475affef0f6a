package opa

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/officina-enclave/officina/policy"
	"github.com/open-policy-agent/opa/v1/ast"
	"go.yaml.in/yaml/v3"
)

func mustLoad(t testing.TB, fsys fs.FS) *Bundle {
	t.Helper()
	b, err := Load(t.Context(), fsys)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// loadDefault loads the default bundle once for all tests.
var loadDefault = sync.OnceValues(func() (*Bundle, error) {
	return Load(context.Background(), policy.Default())
})

func defaultBundle(t testing.TB) *Bundle {
	t.Helper()
	b, err := loadDefault()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// defaultFiles is a copy of the default bundle that a test may change.
func defaultFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range readAll(t) {
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

// bundleWith is the smallest bundle that loads: rules that never deny, and a main.rego with that body.
func bundleWith(t testing.TB, main string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{
		policy.DataFile: {Data: readAll(t)[policy.DataFile]},
		"main.rego": {Data: []byte(`package officina.main

import rego.v2

terms := {
	"min_cell": 10, "true_min": 3, "show": 17, "sigma2": 20, "rho_study": 0.5, "rank_share": 0.1,
	"round_to": 5, "min_cohort": 10, "review": "none", "kinds": ["count"], "dimensions": 4,
}

` + main + "\n")},
		"main_test.rego": {Data: []byte("package officina.main_test\n\nimport rego.v2\n\ntest_something if true\n")},
	}
	for _, pkg := range required {
		files[pkg+".rego"] = &fstest.MapFile{Data: []byte(`package officina.rules.` + pkg + `

import rego.v2

# METADATA
# title: Nothing
# description: Nothing.
# custom: {rule: nothing, contact: board}
deny contains "nothing" if input.now == "never"
`)}
	}
	return files
}

// testdata/refused.yaml lists bundles that must not load: one change to the default bundle each, and what
// the error says.
func TestLoadRefuses(t *testing.T) {
	text, err := os.ReadFile("testdata/refused.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Name, File, Replace, By, Add, Error string }
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			files := defaultFiles(t)
			switch before := files[c.File]; {
			case c.Add != "":
				files[c.File] = &fstest.MapFile{Data: []byte(c.Add)}
			case c.Replace == "":
				delete(files, c.File)
			default:
				after := strings.Replace(string(before.Data), c.Replace, c.By, 1)
				if after == string(before.Data) {
					t.Fatalf("%q is not in %s", c.Replace, c.File)
				}
				files[c.File] = &fstest.MapFile{Data: []byte(after)}
			}
			_, err := Load(t.Context(), files)
			if !errors.Is(err, ErrBundle) || !strings.Contains(err.Error(), c.Error) {
				t.Errorf("got %v\nwant %q", err, c.Error)
			}
		})
	}
}

func TestLoadRefusesBuiltins(t *testing.T) {
	t.Parallel()
	for _, call := range []string{
		`http.send({"method": "get", "url": "http://example.org"})`, `opa.runtime()`, `time.now_ns()`,
		`rand.intn("a", 5)`, `uuid.rfc4122("a")`, `net.lookup_ip_addr("example.org")`, `net.cidr_expand("10.0.0.0/8")`,
		`trace("a")`, `print("a")`, `rego.parse_module("a", "package a")`, `io.jwt.decode("a")`, `crypto.sha256("a")`,
		`json.match_schema({}, {"$ref": "http://example.org"})`, `providers.aws.sign_req({}, {}, 1)`,
		`graphql.is_valid("a", "b")`, `numbers.range(1, 1000000000)`, `yaml.unmarshal("a")`,
	} {
		files := bundleWith(t, decisionOf(`true`, `[]`, ``))
		files["extra.rego"] = &fstest.MapFile{Data: []byte("package officina.extra\n\nimport rego.v2\n\nx if " + call + "\n")}
		_, err := Load(t.Context(), files)
		if !errors.Is(err, ErrBundle) || !strings.Contains(err.Error(), "undefined function") {
			t.Errorf("%s: got %v", call, err)
		}
	}
}

func TestCapabilitiesAreClosed(t *testing.T) {
	c := capabilities()
	for _, b := range c.Builtins {
		if b.Nondeterministic {
			t.Errorf("%s is not deterministic", b.Name)
		}
	}
	if c.AllowNet == nil || len(c.AllowNet) != 0 {
		t.Errorf("hosts %v are allowed; nil means all", c.AllowNet)
	}
}

// A classic trap: a rule that denies "if not ..." must fire when the field is not there.
func TestRegoV2NotFiresOnMissing(t *testing.T) {
	b := defaultBundle(t)
	d, err := b.eval(t.Context(), without(t, usual(t), "subject", "roles"))
	if err != nil || d.Allow || d.Denials[0].Rule != "access-role" {
		t.Errorf("got %+v, %v", d, err)
	}
}

func TestDigest(t *testing.T) {
	files := readAll(t)
	want := digest(files)
	if again := digest(maps.Clone(files)); again != want {
		t.Error("the digest depends on the order of a map")
	}
	if got := defaultBundle(t).Digest(); got != want || !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(got) {
		t.Errorf("bundle has digest %s, its files %s", got, want)
	}
	renamed := maps.Clone(files)
	renamed["x.rego"] = renamed["status.rego"]
	delete(renamed, "status.rego")
	moved := map[string][]byte{"a": []byte("bc"), "d": nil}
	shifted := map[string][]byte{"ab": []byte("c"), "d": nil}
	if digest(renamed) == want || digest(moved) == digest(shifted) {
		t.Error("different bundles share a digest")
	}
}

// Every deny rule is held by the tests beside it: with any one of them silent they fail.
func TestDefaultTestsHoldEveryRule(t *testing.T) {
	files := readAll(t)
	parsed, tests, err := parse(files)
	if err != nil {
		t.Fatal(err)
	}
	data, compiler, rules := readDefaultData(t), defaultBundle(t).input, 0
	for name, module := range parsed {
		own := strings.TrimSuffix(name, ".rego") + "_test.rego"
		beside := map[string]*ast.Module{own: tests[own], "fixture_test.rego": tests["fixture_test.rego"]}
		for i, r := range module.Rules {
			if r.Head.Ref().String() != "deny" && r.Head.Name != "deny" {
				continue
			}
			rules++
			t.Run(fmt.Sprintf("%s:%d", name, r.Location.Row), func(t *testing.T) {
				t.Parallel()
				mutated := maps.Clone(parsed)
				mutated[name] = module.Copy()
				mutated[name].Rules[i].Body.Append(ast.NewExpr(ast.BooleanTerm(false)))
				if err := runTests(t.Context(), compiler.compiler(), data, mutated, beside); err == nil || !strings.Contains(err.Error(), "tests fail: ") {
					t.Errorf("the tests pass without the rule: %v", err)
				}
			})
		}
	}
	if rules < 20 {
		t.Errorf("found %d deny rules only", rules)
	}
}
