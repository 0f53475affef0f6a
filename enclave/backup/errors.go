package backup

import "errors"

// Why a backup is not made.
var (
	ErrExists    = errors.New("there is a file of that name already; nothing was changed: choose another name")
	ErrInside    = errors.New("the backup would lie inside the data folder; choose a place outside, best on another machine")
	ErrIrregular = errors.New("the data folder holds a link or something else that is neither file nor folder; put the file itself there, or move it away")
	ErrApart     = errors.New("keys/identity.txt is a link, so the identity is kept apart from the data and does not belong into the " +
		"same file: back up with --without-keys")
	ErrDamaged = errors.New("a sealed file is not the one that its name says; restore it from an earlier backup, or remove its snapshot " +
		"if that is out of force")
	ErrChanged = errors.New("a file changed while it was read; find out what else writes to the data folder, and back up again")
)

// Why a backup is not restored.
var (
	ErrTarget    = errors.New("the target is there already and not empty; nothing was changed: name a new folder")
	ErrUnderWay  = errors.New("another restore to this target is under way or was cut off; if none is running, remove that folder")
	ErrNoBackup  = errors.New("this is no backup of a data folder")
	ErrNewer     = errors.New("a newer version of enclave made this backup; upgrade enclave")
	ErrTruncated = errors.New("the backup is cut short; take another copy of it, or an older one")
	ErrAltered   = errors.New("the backup was altered or damaged; take another copy of it, or an older one")
	ErrPath      = errors.New("the backup names a place outside the data folder; do not trust where it came from")
	ErrNoKeys    = errors.New("the backup was made without keys; give the folder in which they are with --keys")
	ErrTwoKeys   = errors.New("the backup holds its keys; leave --keys out")
	ErrSignature = errors.New("the backup is not signed by these keys: it was altered, or it belongs to other keys")
)

// Refusals are the errors that are about the backup, the place or the keys that were given, and not about the machine.
var Refusals = []error{ErrExists, ErrInside, ErrIrregular, ErrApart, ErrDamaged, ErrTarget, ErrUnderWay, ErrNoBackup, ErrNewer, ErrTruncated, ErrAltered,
	ErrPath, ErrNoKeys, ErrTwoKeys, ErrSignature}
