// Package enclave is the domain and its one path: a cohort query goes in, a release that is safe to hand out
// comes out, with a signed receipt, and everything is recorded.
//
// [Enclave.Submit], in submit.go, is the whole path and is meant to be read top to bottom. What has a heavy
// dependency or more than one implementation is an interface here: [Gate], [Engine], [Log]. Package
// enclave/node puts the real ones together for a data folder.
//
// What always holds:
//
//   - Raw cells never leave: only disclosure.Apply turns them into something that can be encoded.
//   - Policy can tighten the custodian's floor and never loosen it; the query's author has no switch.
//   - Without an intent on disk nothing runs; without an outcome on disk nothing is released.
//   - The same plan of the same study on the same snapshot under the same terms gets the same bytes.
//   - What a researcher reads on failure depends on policy and public terms, never on data: every error that
//     is not an [Error] becomes "internal" and a reference.
package enclave
