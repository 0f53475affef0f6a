package duck_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/enclave/duck"
)

// A failing conversion names the value in DuckDB's text; ours must not, however it is printed.
func TestErrorNeverPrintsValues(t *testing.T) {
	path := parquet(t, []duck.Column{{Name: "word", Type: duck.Varchar}}, [][]any{{"MARKER-RSSMRA85"}})
	db := open(t, duck.View{Name: "t", Paths: []string{path}})
	err := db.Select(t.Context(), "SELECT CAST(word AS INTEGER) FROM t", nil, func(duck.Row) error { return nil })

	var e *duck.Error
	if !errors.As(err, &e) || e.Class != duck.Conversion {
		t.Fatalf("error is %v, want class %q", err, duck.Conversion)
	}
	if !strings.Contains(e.RestrictedDetail(), "MARKER") {
		t.Error("the restricted detail lost the engine's text")
	}
	asJSON, _ := json.Marshal(e)
	for _, text := range []string{
		err.Error(), fmt.Sprintf("%v %+v %#v %s %q", e, e, e, e, e), string(asJSON),
		fmt.Errorf("submit: %w", err).Error(), fmt.Sprint(errors.Unwrap(e)),
	} {
		if strings.Contains(text, "MARKER") {
			t.Errorf("prints a value: %s", text)
		}
	}
	if err.Error() != "engine: conversion failed" {
		t.Errorf("text is %q", err)
	}
}

func TestResultTypesOutsideTheListAreRefused(t *testing.T) {
	for _, text := range []string{"SELECT [1, 2]", "SELECT {'a': 1}"} {
		err := open(t).Select(t.Context(), text, nil, func(duck.Row) error { return nil })
		var e *duck.Error
		if !errors.As(err, &e) || e.Class != duck.Statement {
			t.Errorf("%s: error is %v, want class %q", text, err, duck.Statement)
		}
	}
}
