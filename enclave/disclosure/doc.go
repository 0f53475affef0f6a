// Package disclosure turns the raw cells of a run into tables that are safe to hand out.
//
// [Raw] holds what the engine counted. It cannot be read, printed or encoded; [Apply] is its only way out,
// once. Apply yields a [Released], which can be encoded and is made in no other way. A Released is a list of
// [Table], the document that both command lines, the HTTP interface and the notebooks show.
//
// This version knows one mode, exact: counts of persons below the minimum cell count are hidden, all others
// are rounded, and whatever is computed of counts (totals, percentages, persons remaining) is computed of
// the released ones. A hidden cell has one mark, whether it was small, empty or never there, and every key
// of every dimension is listed, so that a table tells nothing by its shape.
//
// Everything a table says comes from the plan, the terms and cells at or above the threshold. The persons
// of a hidden cell may be any number below the threshold without a byte of the release changing.
//
// Limits. Only the table itself is protected: two reports of overlapping cohorts can be subtracted from one
// another, and a hidden cell be bounded by a count of its whole cohort. Complementary suppression, the
// audit over linked tables and the noisy mode are still to come. Until then the enclave accepts only data
// marked demo or test.
package disclosure
