// Package policy is the contract between a query and the ethics board's policy.
//
// [Input] is everything a decision may look at: who asks, under which study, of which dataset, what the
// query text claims, and [Facts] about the checked plan. It holds no patient data and nothing that depends
// on patient data, so inputs can be kept and replayed. [Decision] is the answer: allowed, or every
// [Denial], and the [Terms] under which the answer may leave.
//
// Terms form a lattice. [Terms.Meet] of two terms is never looser than either, so policy can tighten the
// custodian's floor and never loosen it.
//
// [Board] is what an ethics board decides in words and numbers, the data.yaml of a bundle. [ParseBoard] holds
// it to bounds before any rule reads it, and [Board.Sentences] say it in plain English.
//
// Titles and messages of a denial come from policy and public terms only, never from data: no observed
// count, no "nearly".
//
// The package evaluates nothing; policy/opa does. The Rego that ships is embedded here, see [Default].
package policy
