package local

import (
	"fmt"

	"github.com/officina-enclave/officina/enclave/keys"
)

// What can be wrong with a keyring on disk. Each also matches its class in package keys.
var (
	// ErrMissing says that the folder holds no keyring.
	ErrMissing = fmt.Errorf("%w: no keyring", keys.ErrUnavailable)
	// ErrExists says that Create would overwrite a keyring.
	ErrExists = fmt.Errorf("%w: keyring exists", keys.ErrDenied)
	// ErrNoIdentity says that there is neither an identity file nor a passphrase.
	ErrNoIdentity = fmt.Errorf("%w: no identity", keys.ErrUnavailable)
	// ErrTooOpen says that others than the owner can read a secret file.
	ErrTooOpen = fmt.Errorf("%w: secret file is too open", keys.ErrDenied)
	// ErrWrongIdentity says that the identity or passphrase does not open the keyring.
	ErrWrongIdentity = fmt.Errorf("%w: wrong identity", keys.ErrBadKey)
	// ErrNewer says that a newer version of enclave made the keyring.
	ErrNewer = fmt.Errorf("%w: made by a newer version of enclave", keys.ErrBadKey)
	// ErrCorrupt says that the keyring or the identity file is damaged.
	ErrCorrupt = fmt.Errorf("%w: damaged", keys.ErrBadKey)
	// ErrClosed says that the keyring was closed.
	ErrClosed = fmt.Errorf("%w: keyring is closed", keys.ErrUnavailable)
)
