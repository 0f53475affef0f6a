package store

import (
	"errors"

	"github.com/officina-enclave/officina/enclave/store/internal/pme"
)

// Why a file or a request is refused. Each is told apart with errors.Is; the text says what to do.
var (
	ErrPlainFooter = pme.ErrPlainFooter // the footer is not encrypted
	ErrAlgorithm   = pme.ErrAlgorithm   // AES_GCM_CTR_V1 or something unknown
	ErrNoAAD       = pme.ErrNoAAD       // no AAD prefix or file identifier
	ErrPrefix      = pme.ErrPrefix      // of another dataset, snapshot, table or part
	ErrColumnKey   = pme.ErrColumnKey   // a column names a key that is not its group's
	ErrRowGroups   = pme.ErrRowGroups   // more than 32,767 row groups, columns or pages
	ErrTruncated   = pme.ErrTruncated   // shorter than its footer or its manifest says
	ErrModule      = pme.ErrModule      // a page was altered or moved
	ErrWrongKey    = pme.ErrWrongKey    // the data key is not that of the file
	ErrThrift      = pme.ErrThrift      // metadata that is no Thrift
	ErrLayout      = pme.ErrLayout      // nested columns, unencrypted columns and the like
	ErrColumn      = pme.ErrColumn      // a column the table does not have

	ErrSwapped   = errors.New("store: file is not the one in the manifest")
	ErrGroup     = errors.New("store: column-key group is denied")
	ErrTable     = errors.New("store: no such table or part")
	ErrBudget    = errors.New("store: image does not fit the memory budget")
	ErrClosed    = errors.New("store: closed")
	ErrManifest  = errors.New("store: manifest is malformed")
	ErrNewer     = errors.New("store: manifest is of a newer format")
	ErrSignature = errors.New("store: manifest signature does not verify")
	ErrRollback  = errors.New("store: manifest is older than the newest known")
	ErrPinned    = errors.New("store: manifest is not the expected one")
	ErrNone      = errors.New("store: no snapshot in force")
	ErrLocked    = errors.New("store: another process writes this dataset")
	ErrName      = errors.New("store: name is not allowed")
)
