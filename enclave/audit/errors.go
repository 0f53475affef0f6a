package audit

import "errors"

// ErrEntry says that an entry is not one that the log may hold. The error names the field, never its value.
var ErrEntry = errors.New("not a valid audit entry")

// What can be wrong with a signature of the log.
var (
	ErrWrongKey   = errors.New("signed under another key or for another log; check the key you verify with")
	ErrCheckpoint = errors.New("the checkpoint was altered; keep the folder as evidence and restore a backup")
)

// What can be wrong with a receipt. Errors of [VerifyReceipt] match one of these, or [ErrWrongKey].
var (
	ErrReceipt   = errors.New("not a receipt of this format; ask the enclave for it again")
	ErrSignature = errors.New("the receipt was altered, or not signed by this enclave; do not rely on the release")
	ErrRelease   = errors.New("the release is not the one this receipt was made for; do not rely on it")
	ErrInclusion = errors.New("the proof does not show the release in the audit log; tell the custodian")
)
