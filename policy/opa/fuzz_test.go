package opa

import (
	"encoding/json"
	"errors"
	"testing"
)

// Whatever a policy answers, it is read as a denial with words, as an allowance with valid terms, or refused.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"allow": false, "denials": [{"rule": "r", "title": "t", "message": "m", "contact": "c"}]}`))
	f.Add([]byte(`{"allow": true, "denials": [], "terms": {"min_cell": 1, "round_to": 1}}`))
	f.Add([]byte(`{"ALLOW": true, "allow": false, "denials": null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var value any
		if json.Unmarshal(text, &value) != nil {
			return
		}
		d, err := decode(value)
		switch {
		case err != nil && (d.Allow || !errors.Is(err, ErrMalformed)):
			t.Errorf("allow %t with error %v", d.Allow, err)
		case err == nil && d.Allow && (len(d.Denials) > 0 || d.Terms.Valid() != nil):
			t.Errorf("allowed with %+v", d)
		case err == nil && !d.Allow && len(d.Denials) == 0:
			t.Error("denied without a denial")
		}
	})
}
