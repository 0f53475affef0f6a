package opa

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/officina-enclave/officina/policy"
)

// decode reads a decision strictly: it allows exactly when nothing denies, every denial has its words,
// and terms that allow are valid.
func decode(value any) (policy.Decision, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return policy.Decision{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var raw struct {
		Allow   *bool
		Denials []policy.Denial
		Terms   json.RawMessage
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&raw); err != nil {
		return policy.Decision{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if raw.Allow == nil || raw.Denials == nil || *raw.Allow != (len(raw.Denials) == 0) {
		return policy.Decision{}, fmt.Errorf("%w: it must allow exactly when nothing denies", ErrMalformed)
	}
	if slices.ContainsFunc(raw.Denials, wordless) {
		return policy.Decision{}, fmt.Errorf("%w: a denial lacks a word", ErrMalformed)
	}
	d := policy.Decision{Allow: *raw.Allow, Denials: raw.Denials, Filters: []policy.Filter{}}
	if !d.Allow {
		slices.SortFunc(d.Denials, byRule)
		return d, nil
	}
	if d.Terms, err = decodeTerms(raw.Terms); err != nil {
		return policy.Decision{}, err
	}
	return d, nil
}

// fieldsOfTerms are the names of the fields of policy.Terms, sorted.
var fieldsOfTerms = sync.OnceValue(func() []string {
	text, _ := json.Marshal(policy.Terms{}) // cannot fail: TestTermsRoundTrip
	return keys(text)
})

// keys are the names in a JSON object, sorted; none when it is no object.
func keys(object json.RawMessage) []string {
	var all map[string]json.RawMessage
	_ = json.Unmarshal(object, &all)
	return slices.Sorted(maps.Keys(all))
}

// decodeTerms requires every field: an absent one would read as 0, which is the loosest for some.
func decodeTerms(text json.RawMessage) (policy.Terms, error) {
	if !slices.Equal(keys(text), fieldsOfTerms()) {
		return policy.Terms{}, fmt.Errorf("%w: terms must have exactly the fields of policy.Terms", ErrMalformed)
	}
	var terms policy.Terms
	err := json.Unmarshal(text, &terms)
	if err == nil {
		err = terms.Valid()
	}
	if err != nil {
		return policy.Terms{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return terms, nil
}

func wordless(d policy.Denial) bool {
	return d.Rule == "" || d.Title == "" || d.Message == "" || d.Contact == ""
}

func byRule(a, b policy.Denial) int {
	if c := strings.Compare(a.Rule, b.Rule); c != 0 {
		return c
	}
	return strings.Compare(a.Message, b.Message)
}
