package policy

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewInputFillsAndSorts(t *testing.T) {
	rome := time.FixedZone("Rome", 3600)
	in := NewInput(
		Facts{Text: Text{Purpose: []string{"MONDO:1", "DUO:1", "DUO:1"}}, Kinds: []string{"table", "count", "table"}},
		Subject{ID: "ada"}, Study{ID: "s"}, Dataset{ID: "d"},
		time.Date(2026, 11, 23, 0, 30, 0, 999, rome),
	)
	if in.Now != "2026-11-22T23:30:00Z" {
		t.Errorf("now is %s", in.Now)
	}
	if diff := cmp.Diff([]string{"count", "table"}, in.Plan.Kinds); diff != "" {
		t.Errorf("kinds (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"DUO:1", "MONDO:1"}, in.Plan.Text.Purpose); diff != "" {
		t.Errorf("purpose (-want +got)\n%s", diff)
	}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "null") {
		t.Errorf("an absent list is null: %s", text)
	}
}

// The parts belong to the caller: a later change of theirs must not change what policy saw.
func TestNewInputCopies(t *testing.T) {
	persons := []string{"bo", "ada"}
	columns := []Column{{Name: "person.sex"}}
	in := NewInput(Facts{Columns: columns}, Subject{}, Study{Persons: persons}, Dataset{}, time.Time{})
	persons[0], columns[0].Name = "eve", "person.name"
	if diff := cmp.Diff([]string{"ada", "bo"}, in.Study.Persons); diff != "" {
		t.Errorf("persons (-want +got)\n%s", diff)
	}
	if in.Plan.Columns[0].Name != "person.sex" {
		t.Errorf("columns %v", in.Plan.Columns)
	}
}

// The schema and the struct name the same fields, all required, no others allowed.
func TestSchemaMatchesInput(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(InputSchema, &schema); err != nil {
		t.Fatal(err)
	}
	compare(t, "input", reflect.TypeFor[Input](), schema)
}

func compare(t *testing.T, path string, typ reflect.Type, schema map[string]any) {
	t.Helper()
	if typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct {
		typ = typ.Elem()
		schema = schema["items"].(map[string]any)
	}
	if typ.Kind() != reflect.Struct {
		return
	}
	properties, _ := schema["properties"].(map[string]any)
	var names, required []string
	for f := range fieldsOf(typ) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
		inner, ok := properties[name].(map[string]any)
		if !ok {
			t.Errorf("%s.%s is not in the schema", path, name)
			continue
		}
		compare(t, path+"."+name, f.Type, inner)
	}
	listed, _ := schema["required"].([]any)
	for _, name := range listed {
		required = append(required, name.(string))
	}
	slices.Sort(names)
	slices.Sort(required)
	if diff := cmp.Diff(names, required); diff != "" {
		t.Errorf("%s: fields and required fields differ (-fields +required)\n%s", path, diff)
	}
	if len(properties) != len(names) || schema["additionalProperties"] != false {
		t.Errorf("%s: the schema allows other fields", path)
	}
}

func fieldsOf(typ reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range typ.NumField() {
			if !yield(typ.Field(i)) {
				return
			}
		}
	}
}
