// Package words lists the words that the language keeps for itself. The grammar and the catalog both read it, so that
// nothing in a catalog has a name that no query can write.
package words

// Reserved are the words that are never a name or a unit, ascending, with spaces between. Every other word of the
// language (value, days, known, …) means something in its place only, so that a column may be called so.
const Reserved = `after all and any as at bands before between by codes cohort define during ending ever exactly
except exclude false first followup from in include index is last lookback no none not of on or otherwise param
report since study then to true until when where with within`
