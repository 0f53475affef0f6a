// Package tlog writes the audit log, on transparency-dev/tessera and its POSIX driver; it is the only importer of either.
//
// One [Log] writes one folder, held by an OS lock:
//
//	lock           held while a log is open
//	subjects.json  the salts behind hashed subjects; private, and the only part from which something can be forgotten
//	tree/          tiles and signed checkpoint (C2SP tlog-tiles); may be published, but for tree/.state
//
// [Log.Append] returns when the entry is on disk: data and names are synchronised, in that order, and the size of the
// log last, so that a crash loses no entry that was acknowledged. Callers at the same time share the cost.
//
// Limits: one writer a folder; a checkpoint follows an entry within about 0.2 s, and until then only the file system
// protects it.
package tlog
