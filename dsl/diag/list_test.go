package diag_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/internal/deptest"
)

func at(offset int) diag.Span {
	p := diag.Pos{Offset: offset, Line: 1, Column: offset + 1}
	return diag.Span{From: p, To: p}
}

func TestSortedIsByPlaceOnce(t *testing.T) {
	var list diag.List
	list.Add(diag.Diagnostic{Code: "b", Span: at(5), Message: "m"})
	list.Add(diag.Diagnostic{Code: "a", Span: at(5), Message: "m"})
	list.Add(diag.Diagnostic{Code: "c", Span: at(1), Message: "m"})
	list.Add(diag.Diagnostic{Code: "b", Span: at(5), Message: "m"})
	var codes []string
	for _, d := range list.Sorted() {
		codes = append(codes, d.Code)
	}
	if diff := cmp.Diff([]string{"c", "a", "b"}, codes); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got, want := list.Error(), "m [c]"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestOnlyErrorsFail(t *testing.T) {
	var list diag.List
	if list.Failed() {
		t.Error("an empty list failed")
	}
	list.Add(diag.Diagnostic{Severity: diag.Warning})
	if list.Failed() {
		t.Error("a warning failed")
	}
	list.Add(diag.Diagnostic{})
	if !list.Failed() {
		t.Error("an error did not fail")
	}
}

func TestJoinCoversBoth(t *testing.T) {
	a, b := at(3), at(7)
	want := diag.Span{From: a.From, To: b.To}
	if got := a.Join(b); got != want {
		t.Errorf("got %+v", got)
	}
	if got := b.Join(a); got != want {
		t.Errorf("got %+v the other way round", got)
	}
}

func TestDependencies(t *testing.T) {
	deptest.Only(t)
	deptest.Ban(t, "every package of the compiler builds on this one, also in WebAssembly", "net", "os/exec", "runtime/cgo")
}
