// Package store keeps the snapshots of a dataset as encrypted Parquet and hands out plain images of what a query needs.
//
// A [Writer] seals plain Parquet tables into a new snapshot: [Begin], [Writer.Add] for each table and part, then
// [Writer.Commit], which signs a [Manifest] and puts it in force. A [Store], from [Open], trusts a snapshot only by its
// signed manifest; [Store.Image] decrypts just the columns and row groups that a plan needs into memory.
//
//	DIR/snapshots/CURRENT              name of the snapshot in force
//	DIR/snapshots/<id>/manifest.json   signed manifest
//	DIR/snapshots/<id>/<sha256>.parquet
//
// # Keys
//
// Files are standard Parquet Modular Encryption (AES_GCM_V1, encrypted footer), which Spark, pyarrow and arrow-go read
// as well. Each file has its own random data key for each column-key group; the key of group [Plain] also seals the
// footer. A group that policy denies is never decrypted: its key is not even asked for. The AAD prefix of a file is
// dataset/snapshot/table/part; wrapped keys are bound to the same by package keys.
//
// Data keys live as long as one image takes to build, milliseconds, and are then cleared; images and footers live for
// Options.TTL at most. When the key service says that its key epoch changed, all of them are dropped.
//
// # Why not the SHA-256 of the whole file
//
// The manifest pins, for each file, its data keys, its size and the SHA-256 of its tail: the footer with the random
// identifier of the file. The identifier and the keys bind every page to that footer (AES-GCM tags), and the footer
// places every page. So an altered page, a page of another place, or a genuine file of another time is refused when it
// is read, at no cost beyond decryption. Hashing the whole file first was measured (bench_test.go, two cores): 12 ms of
// processor time for a part of 12 MB whose three usual columns take 6 ms to open and all five 16 ms. It would read
// columns that no plan asked for, and a file that changes between hash and use would still get through. The hash is in
// the manifest even so: it names the file, and [Store.Verify] checks it for backups.
//
// # Limits
//
// One writing process a dataset (flock). The disk's owner can put an old snapshot with its old manifest in force: that
// is seen only against what the audit log remembers (Options.Newest, Options.Expect). The host's administrator can
// read images in memory. Missing files, or a folder that is deleted, are not hidden from anybody. Linux only (memfd).
package store
