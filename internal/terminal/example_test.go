package terminal_test

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/internal/terminal"
)

func ExampleTable() {
	var t disclosure.Table
	err := json.Unmarshal([]byte(`{"kind": "table", "title": "By sex", "cohort": "adults",
		"dimensions": [{"name": "sex", "keys": ["female", "male"]}],
		"columns": [{"name": "persons", "label": "persons"}],
		"rows": [{"keys": ["female"], "persons": {"status": "ok", "value": 120}},
		         {"keys": ["male"], "persons": {"status": "suppressed"}}],
		"cells": 2, "hidden": 1, "protection": {"mode": "exact", "min_cell": 10, "round_to": 5},
		"notes": ["suppressed: fewer than the minimum cell count, or absent"], "tip": ""}`), &t)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := terminal.Table(os.Stdout, terminal.Style{}, t); err != nil {
		fmt.Println(err)
	}
	// Output:
	// By sex
	// table of adults
	//
	// sex     persons
	// female      120  ████████████████████
	// male          ·
	//
	// exact mode, minimum cell count 10, rounded to 5, 1 of 2 cells hidden
	// · fewer than the minimum cell count, or absent
}
