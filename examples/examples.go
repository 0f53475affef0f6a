// Package examples holds the demo: the catalog and vocabulary of its synthetic dataset, and the studies with
// the queries that the demo runs. All of it is public text; enclave/demo makes the persons.
package examples

import "embed"

// Files holds catalog.yaml, vocabulary.csv and one folder per study: study.yaml, its queries (*.cohort) and
// a README.md.
//
//go:embed catalog.yaml vocabulary.csv */study.yaml */*.cohort */README.md
var Files embed.FS
