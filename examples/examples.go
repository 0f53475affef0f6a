// Package examples holds the demo: the catalog and vocabulary of its synthetic dataset, and the studies with
// the queries that the demo runs; and the pilots, each a dataset of its own with a study. All of it is public text;
// enclave/demo and enclave/demo/pilots make the persons.
package examples

import "embed"

// Files holds catalog.yaml, vocabulary.csv and one folder per study: study.yaml, its queries (*.cohort) and
// a README.md. A folder of pilots has these, a catalog and a vocabulary, and the answer to each query (*.txt).
//
//go:embed catalog.yaml vocabulary.csv diabetes oncology pilots
var Files embed.FS
