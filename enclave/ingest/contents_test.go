package ingest_test

import (
	"strings"
	"testing"
)

func TestContentsTellTheRowsAndNothingElse(t *testing.T) {
	c := newCentre(t)
	want := load(t, tiny(t, c, "a", "b", "c")).Contents
	if !strings.HasPrefix(want, "sha256:") {
		t.Fatalf("contents are %q", want)
	}
	load(t, tiny(t, c, "x", "c")) // another number for the persons to come
	for _, same := range []struct {
		name    string
		centre  centre
		persons []string
	}{
		{"the other order", c, []string{"c", "b", "a"}}, {"another enclave, other keys", newCentre(t), []string{"b", "a", "c"}},
	} {
		if got := load(t, tiny(t, same.centre, same.persons...)).Contents; got != want {
			t.Errorf("%s: contents are %s, want %s", same.name, got, want)
		}
	}
	for _, persons := range [][]string{{"a", "b"}, {"a", "b", "c", "d"}, {"a", "b", "d"}} {
		if got := load(t, tiny(t, c, persons...)).Contents; got == want {
			t.Errorf("%v have the contents of a, b, c", persons)
		}
	}
}
