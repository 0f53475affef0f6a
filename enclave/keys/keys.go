// Package keys is the contract between the enclave and whoever guards its keys.
//
// A key service holds two kinds of secret and shows neither. A key-encrypting key, in versions, wraps the random data
// keys that seal files (AES-256-GCM). A signing key per [Use] signs manifests, receipts, checkpoints and studies
// (Ed25519, RFC 8032). The caller sees data keys in the clear for as long as it needs them, and wrapped ones for ever.
//
// Every wrapped key is tied to a [Binding]: which dataset, snapshot, part and column group it opens. A wrapped key
// moved to another place does not open there.
//
// Two implementations: keys/local (a sealed keyring on disk) and, later, a Vault transit engine. Both run the suite in
// keys/keystest, which is this contract as tests.
package keys

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// DataKeySize is the length of a data key in bytes (AES-256).
const DataKeySize = 32

// The three classes of failure. Every error of a Keys method that is not the context's own matches exactly one of them
// by errors.Is. Only ErrUnavailable is worth another try.
var (
	// ErrDenied says that this caller may not do this: no login, no permission, or a key file that is too open.
	ErrDenied = errors.New("keys: denied")
	// ErrBadKey says that no try will ever succeed: wrong binding, altered or foreign ciphertext, unknown or retired version.
	ErrBadKey = errors.New("keys: bad key")
	// ErrUnavailable says that the service did not answer, is sealed, is missing or was closed.
	ErrUnavailable = errors.New("keys: unavailable")
)

// ErrSignature says that a signature does not fit the message, the use or the public key.
var ErrSignature = errors.New("keys: signature does not verify")

// Binding says what a data key opens. All four fields are public; none may be left out of a comparison.
type Binding struct {
	Dataset  string // name of the dataset
	Snapshot string // identifier of the snapshot
	Part     string // table and part, such as "condition/3"
	Group    string // column-key group: a sensitivity class of the catalog
}

// AAD returns 32 bytes that stand for the binding as associated data of an AEAD: the SHA-256 of its name-value pairs,
// sorted by name, each string preceded by its length as eight big-endian bytes. Two bindings share it only if equal.
func (b Binding) AAD() []byte {
	h := sha256.New()
	for _, s := range []string{"dataset", b.Dataset, "group", b.Group, "part", b.Part, "snapshot", b.Snapshot} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	return h.Sum(nil)
}

// Wrapped is a data key encrypted under a version of the key-encrypting key. It is safe to store and to publish.
type Wrapped struct {
	KeyID      string `json:"key_id"`     // the version that wrapped it, as in Description.Versions
	Ciphertext []byte `json:"ciphertext"` // opaque; base64 in JSON
}

// Request asks for one data key of several.
type Request struct {
	Wrapped Wrapped
	Binding Binding
}

// State says what a version of the key-encrypting key still does.
type State string

// A version wraps and unwraps (primary, exactly one), only unwraps (active), or does nothing any more (retired).
const (
	Primary State = "primary"
	Active  State = "active"
	Retired State = "retired"
)

// Version is one version of the key-encrypting key.
type Version struct {
	ID    string `json:"id"`
	State State  `json:"state"`
}

// Description says what a key service holds, without secrets.
type Description struct {
	Epoch    string    `json:"epoch"`          // opaque; changes whenever a version is added or changes its state
	Primary  string    `json:"primary"`        // the version that wraps
	Versions []Version `json:"versions"`       // oldest first
	Mark     string    `json:"mark,omitempty"` // "" in earnest; "demo" or "test" when the keys protect nothing real
}

// Use says what a signature is for. A signature for one use is worthless for another.
type Use string

// The uses of signatures in the enclave.
const (
	Manifest   Use = "manifest"   // manifest of a snapshot
	Receipt    Use = "receipt"    // receipt of a release
	Checkpoint Use = "checkpoint" // checkpoint of the audit log
	Study      Use = "study"      // study file of the ethics board
	Answer     Use = "answer"     // stored release with its question
	Backup     Use = "backup"     // contents of a backup of the data folder
)

// Uses lists every use, in order of name.
func Uses() []Use { return []Use{Answer, Backup, Checkpoint, Manifest, Receipt, Study} }

// Message returns the bytes that are signed for msg under use: "officina/<use>/v1\n" followed by msg. A checkpoint
// is signed as it is, as C2SP signed-note asks: it begins with the name of its log, "officina/<enclave>\n", and an
// enclave's name has no slash, so that no other message begins like it.
func Message(use Use, msg []byte) []byte {
	if use == Checkpoint {
		return msg
	}
	return append([]byte("officina/"+string(use)+"/v1\n"), msg...)
}

// Keys is a key service. All methods are safe for concurrent use.
//
// Ownership: a plain key that a method returns belongs to the caller, who clears it (the built-in clear) after use; the
// service keeps no reference to it, nor to any slice it is given.
//
// Retries: a method that fails with ErrUnavailable has already tried again as often as makes sense; callers do not add a
// loop of their own. No other class is ever retried.
//
// Idempotence: every method but Generate can be repeated without effect on the service. Generate makes a new key each
// time and stores nothing: a wrapped key that is thrown away leaves no trace.
//
// Cancellation: a method whose context is over returns the context's error, at once or as soon as the service lets go.
type Keys interface {
	// Generate makes a random data key of DataKeySize bytes and wraps it, under the primary version, for b.
	Generate(ctx context.Context, b Binding) (plain []byte, w Wrapped, err error)

	// Unwrap returns the data key inside w. It fails with ErrBadKey if w was not wrapped for b by this service,
	// was altered, or belongs to a retired version.
	Unwrap(ctx context.Context, w Wrapped, b Binding) ([]byte, error)

	// UnwrapMany is Unwrap for several keys in one round trip, in the order asked. It is all or nothing: on error
	// no key is returned.
	UnwrapMany(ctx context.Context, rs []Request) ([][]byte, error)

	// Rewrap wraps the data key of w under the primary version, for the same binding; the plain key does not leave
	// the service. The data key itself stays the same, so sealed files stay as they are.
	Rewrap(ctx context.Context, w Wrapped, b Binding) (Wrapped, error)

	// Describe says which versions there are. It asks the service each time; callers cache as they need.
	Describe(ctx context.Context) (Description, error)

	// Sign signs Message(use, msg) with the Ed25519 key of that use: 64 bytes, the same for the same message.
	// It fails with ErrBadKey for a use without a key.
	Sign(ctx context.Context, use Use, msg []byte) ([]byte, error)

	// Public returns the public key that checks signatures of that use.
	Public(ctx context.Context, use Use) (ed25519.PublicKey, error)

	// Health is nil if the service could unwrap a key now.
	Health(ctx context.Context) error

	// Close clears what is secret in memory. After it every method but Close fails with ErrUnavailable.
	Close() error
}

// Verify checks a signature made by Keys.Sign for the same use. It needs no key service, so receipts and manifests can
// be checked offline. It returns nil or an error that matches ErrSignature.
func Verify(pub ed25519.PublicKey, use Use, msg, sig []byte) error {
	if len(pub) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: the public key has %d bytes, not %d", ErrSignature, len(pub), ed25519.PublicKeySize)
	}
	if !ed25519.Verify(pub, Message(use, msg), sig) {
		return fmt.Errorf("%w as %q: the content was altered or signed by another key", ErrSignature, use)
	}
	return nil
}
