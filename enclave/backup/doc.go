// Package backup puts a data folder into one file, and puts it back.
//
// A backup is a plain tar archive (POSIX.1-2001). Its first member, officina-backup.json, lists every other member in
// the order in which they follow, with size and SHA-256, and is signed for the use keys.Backup. What is worth hiding is
// encrypted already, so the archive is neither encrypted nor compressed: tar lists it, and sealed Parquet does not shrink.
//
// [Write] holds the folder's lock, so that a backup is one moment of it. [Restore] believes nothing: it unpacks beside
// the target, compares every byte with the list, opens the keys, and checks signature, audit log, snapshots and
// answers, before a rename puts the folder in place. A crash of either leaves no half result under the final name.
//
// A backup that holds the keys is as secret as the data in plain. Without them it opens nothing, and they must be kept
// elsewhere: keys/identity.txt and keys/keyring.age.
//
// Limits: a backup knows nothing of what came after it. That an older state was put back shows against a checkpoint that
// was kept elsewhere, which [Options].Remembered takes. Who has the keys can sign another backup.
package backup
