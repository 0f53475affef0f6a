// Package opa decides with Open Policy Agent. It is the only importer of OPA.
//
// [Load] turns a folder of Rego files and a data.yaml into a [Bundle]: the data within the bounds of
// [policy.ParseBoard], the rules parsed as Rego v2, compiled strictly and typed against
// [policy.InputSchema], without any built-in that reaches outside, its own tests passed. An [Engine] holds
// the bundle in force; [Engine.Activate] swaps it atomically and [Engine.Decide] asks it.
//
// It fails closed. A missing bundle, an input outside the schema, an error, an undefined or malformed
// decision, a panic and 100 ms without an answer are each a denial with a rule of its own.
//
// Rego v2 matters: with the classic not, "deny if not input.role in allowed" does not fire when role is
// missing. In v2 it does. A file that does not say import rego.v2 is refused.
//
// Limits: a decision carries no person filters yet; one that has any is refused as malformed.
package opa
