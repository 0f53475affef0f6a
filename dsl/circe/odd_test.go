package circe_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/circe"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// odd are values that do not belong where they are put.
var odd = []any{nil, true, "", "x) \"(\\", "2010-13-40", "LAST", -5.0, 0.5, 1e300, []any{}, []any{1.0, 2.0}, map[string]any{}, map[string]any{"Op": "bt"}, "\n}\n# "}

// TestOddValues puts values where they do not belong into the published definitions, 10 times each: an import ends, and its text is one.
func TestOddValues(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, file := range published(t) {
		_, data, _ := importFile(t, file)
		for range 10 {
			var v any
			if err := json.Unmarshal(data, &v); err != nil {
				t.Fatal(err)
			}
			changed, err := json.Marshal(disturb(random, v))
			if err != nil {
				t.Fatal(err)
			}
			r, err := circe.Import("c", changed)
			if err != nil {
				continue
			}
			if _, diags := syntax.Parse("q.cohort", r.Text); diags.Failed() {
				t.Fatalf("%s: %v\n%s\n%s", file, diags, r.Text, changed)
			}
		}
	}
}

// disturb replaces one value somewhere in v.
func disturb(random *rand.Rand, v any) any {
	switch v := v.(type) {
	case []any:
		if len(v) > 0 && random.IntN(12) > 0 {
			i := random.IntN(len(v))
			v[i] = disturb(random, v[i])
			return v
		}
	case map[string]any:
		var keys []string
		for key := range v {
			if key != "CONCEPT_NAME" && !strings.HasSuffix(key, "_CAPTION") {
				keys = append(keys, key)
			}
		}
		if len(keys) > 0 && random.IntN(12) > 0 {
			slices.Sort(keys)
			key := keys[random.IntN(len(keys))]
			v[key] = disturb(random, v[key])
			return v
		}
	}
	return odd[random.IntN(len(odd))]
}
