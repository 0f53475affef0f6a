// Package audit holds the words of the audit log: entries, keys and checkpoints, receipts. Package tlog, below it,
// writes the log; package inspect reads and checks it.
//
// The log is a Merkle tree of [Entry] values in the tiled layout of C2SP tlog-tiles. Its newest signed checkpoint
// (C2SP tlog-checkpoint) fixes every entry before it, so that none can be edited, dropped or put in between without
// the key. An intent is durable before a run begins, its outcome before the release leaves.
//
// The types: [Entry], one event, whose fields are too narrow for a patient's value; [LogKey], name and public key of a
// log; [Signer], its private side; [Receipt], the signed statement that goes out with a release and that
// [VerifyReceipt] checks offline.
//
// Limits, to be known: somebody who can write the disk can set the whole log back to an older genuine state; only a
// checkpoint remembered elsewhere shows it. An entry is durable when it is appended, and under a signature about
// 0.2 s later. Whoever holds the signing key can sign another history; a witness that co-signs checkpoints
// would show that.
//
// The package is pure Go and light: the researcher's tool links it.
package audit
