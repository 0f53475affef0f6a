// Package enginetest holds the engines to one meaning: generated plans over generated tables must get the same cells
// from DuckDB over a sealed snapshot and from the reference engine over plain tables.
//
// The plans are typed as the compiler types them, but are not limited to what the language can say yet. They reach every
// node of package plan and each of its variants, sets within conditions on events to a depth of four and more; a run that
// misses one fails. The reference reads a plan as it was written and sees tables from which protected rows are taken out;
// DuckDB gets the canonical plan, restricted: so the canonical form is tested too. It looks at all parts of the tables
// at once or, for half of the plans, at each on its own.
//
// Values of places and days are drawn for persons and stored for places: each person lives in two places that nobody else
// lives in, and moves on one day.
//
// When two answers differ, the plan and the tables are made smaller as long as they still differ, and written as a
// script in testdata/failures: tables as in the semantics scripts (enclave/releasetest), the plan, and both answers.
//
// Draws come from a seed, and the shrinking goes over the parts of plan and tables: a short stream of random bits is not
// yet a small plan, and sealing tables costs too much for each step.
//
//	OFFICINA_PLANS=20000 go test ./enclave/engine/enginetest     so many plans; 500 unless said
//	OFFICINA_SEED=7                                              another run than that of seed 1
//
// Limits. A standard deviation is compared only with numbers that it cannot equal, as engines round it differently in the last
// digit. Doubles beyond the largest finite one are not generated.
package enginetest
