// Package inspect reads an audit log from its folder and checks it. It needs the public key and nothing else: no
// enclave, no private key, no tessera.
//
// [Verify] computes the Merkle tree anew from the entries and compares it with every stored tile and with the signed
// root, then follows each run from intent to outcome; [Report] is what it saw. [Entries] lists entries.
//
// Limits: see package audit. A log that was set back as a whole is found only with a remembered checkpoint.
package inspect

import "errors"

// What can be wrong with a log, besides audit.ErrWrongKey, audit.ErrCheckpoint and audit.ErrEntry. Errors match one of
// these and name the file or the entry.
var (
	ErrNoCheckpoint = errors.New("the log has no checkpoint; restore the audit folder from a backup")
	ErrEdited       = errors.New("the log was edited; keep the folder as evidence and tell the custodian")
	ErrTruncated    = errors.New("a part of the log is missing; keep the folder as evidence and restore a backup")
	ErrRolledBack   = errors.New("the log is older than the remembered checkpoint; somebody put back an old copy")
	ErrRewritten    = errors.New("the log has another history than the remembered checkpoint; keep both as evidence")
	ErrChain        = errors.New("the entries contradict each other; tell the custodian")
)
