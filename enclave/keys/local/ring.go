package local

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	gcmpb "github.com/tink-crypto/tink-go/v2/proto/aes_gcm_go_proto"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
	"google.golang.org/protobuf/proto"

	"github.com/officina-enclave/officina/enclave/keys"
)

// ringFormat numbers the layout of secrets.
const ringFormat = 1

// secrets is what the age file holds.
type secrets struct {
	Format int                 `json:"format"` // 1
	Mark   string              `json:"mark,omitempty"`
	Keyset []byte              `json:"keyset"` // Tink keyset of AES-256-GCM keys, binary protocol buffer
	Seeds  map[keys.Use][]byte `json:"seeds"`  // Ed25519 seeds of 32 bytes (RFC 8032)
}

func (s *secrets) encode() ([]byte, error) { return json.Marshal(s) }

func decode(plain []byte) (*secrets, error) {
	var s secrets
	if err := json.Unmarshal(plain, &s); err != nil || s.Format < 1 {
		return nil, fmt.Errorf("%w: it does not hold a keyring; restore it from the backup", ErrCorrupt)
	}
	if s.Format > ringFormat {
		s.clear()
		return nil, fmt.Errorf("%w: format %d, this program reads %d; upgrade enclave", ErrNewer, s.Format, ringFormat)
	}
	return &s, nil
}

func (s *secrets) clear() {
	clear(s.Keyset)
	for _, seed := range s.Seeds {
		clear(seed)
	}
}

// source gives n secret bytes for a purpose.
type source func(purpose string, n int) ([]byte, error)

func random(_ string, n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := rand.Read(b)
	return b, err
}

// derived gives the same bytes for the same seed and purpose (HKDF-SHA-256, RFC 5869).
func derived(seed uint64) source {
	return func(purpose string, n int) ([]byte, error) {
		return hkdf.Key(sha256.New, binary.BigEndian.AppendUint64(nil, seed), nil, "officina/demo/"+purpose, n)
	}
}

// newSecrets makes a keyring with one version and a signing key for every use.
func newSecrets(mark string, from source) (*secrets, error) {
	s := &secrets{Format: ringFormat, Mark: mark, Seeds: map[keys.Use][]byte{}}
	if _, err := s.complete(from); err != nil {
		return nil, err
	}
	id, err := from("version", 4)
	if err != nil {
		return nil, err
	}
	key, err := from("wrap", keys.DataKeySize)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	s.Keyset, err = firstKeyset(binary.BigEndian.Uint32(id)|1, key) // Tink takes no version 0
	return s, err
}

// firstKeyset encodes a Tink keyset of one AES-256-GCM key.
func firstKeyset(id uint32, key []byte) ([]byte, error) {
	value, err := proto.Marshal(&gcmpb.AesGcmKey{KeyValue: key})
	if err != nil {
		return nil, err
	}
	return proto.Marshal(&tinkpb.Keyset{PrimaryKeyId: id, Key: []*tinkpb.Keyset_Key{{
		KeyId:            id,
		Status:           tinkpb.KeyStatusType_ENABLED,
		OutputPrefixType: tinkpb.OutputPrefixType_TINK,
		KeyData: &tinkpb.KeyData{
			TypeUrl:         "type.googleapis.com/google.crypto.tink.AesGcmKey",
			KeyMaterialType: tinkpb.KeyData_SYMMETRIC,
			Value:           value,
		},
	}}})
}

func (s *secrets) handle() (*keyset.Handle, error) {
	return insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(s.Keyset)))
}

// change edits the keyset.
func (s *secrets) change(edit func(*keyset.Manager) error) error {
	h, err := s.handle()
	if err != nil {
		return err
	}
	m := keyset.NewManagerFromHandle(h)
	if err := edit(m); err != nil {
		return err
	}
	if h, err = m.Handle(); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewBinaryWriter(&out)); err != nil {
		return err
	}
	clear(s.Keyset)
	s.Keyset = out.Bytes()
	return nil
}

// ring is a keyring ready for use. It does not change; a changed file makes a new one.
type ring struct {
	about    keys.Description
	versions map[string]keys.State
	wrap     tink.AEAD
	sign     map[keys.Use]ed25519.PrivateKey
}

func newRing(s *secrets) (*ring, error) {
	h, err := s.handle()
	if err != nil {
		return nil, fmt.Errorf("%w: the keyset inside cannot be read; restore the keyring from the backup", ErrCorrupt)
	}
	r := &ring{versions: map[string]keys.State{}, sign: map[keys.Use]ed25519.PrivateKey{}}
	if r.wrap, err = aead.New(h); err != nil {
		return nil, fmt.Errorf("%w: the keyset inside is not for encryption; restore the keyring from the backup", ErrCorrupt)
	}
	for use, seed := range s.Seeds {
		if len(seed) != ed25519.SeedSize {
			return nil, fmt.Errorf("%w: the signing key for %q is too short; restore the keyring from the backup", ErrCorrupt, use)
		}
		r.sign[use] = ed25519.NewKeyFromSeed(seed)
	}
	r.describe(h.KeysetInfo(), s.Mark)
	return r, nil
}

func (r *ring) describe(info *tinkpb.KeysetInfo, mark string) {
	r.about.Mark = mark
	for _, k := range info.GetKeyInfo() {
		v := keys.Version{ID: versionID(k.GetKeyId()), State: keys.Active}
		switch {
		case k.GetKeyId() == info.GetPrimaryKeyId():
			v.State, r.about.Primary = keys.Primary, v.ID
		case k.GetStatus() != tinkpb.KeyStatusType_ENABLED:
			v.State = keys.Retired
		}
		r.versions[v.ID] = v.State
		r.about.Versions = append(r.about.Versions, v)
	}
	sum := sha256.Sum256(fmt.Append(nil, r.about.Versions))
	r.about.Epoch = hex.EncodeToString(sum[:8])
}

func (r *ring) clear() {
	for _, key := range r.sign {
		clear(key)
	}
}

// versionID names a Tink key. Its ciphertexts begin with 0x01 and the same four bytes.
func versionID(id uint32) string { return fmt.Sprintf("local-%08x", id) }

func tinkID(version string) (uint32, error) {
	var id uint32
	if n, err := fmt.Sscanf(version, "local-%08x", &id); n != 1 || err != nil || versionID(id) != version {
		return 0, fmt.Errorf("%w: %q is no version of a local keyring", keys.ErrBadKey, version)
	}
	return id, nil
}

// unwrap opens w for b.
func (r *ring) unwrap(w keys.Wrapped, b keys.Binding) ([]byte, error) {
	switch r.versions[w.KeyID] {
	case "":
		return nil, fmt.Errorf("%w: version %q is not in this keyring; open the keyring that sealed the data", keys.ErrBadKey, w.KeyID)
	case keys.Retired:
		return nil, fmt.Errorf("%w: version %q is retired; ask the key officer", keys.ErrBadKey, w.KeyID)
	}
	if c := w.Ciphertext; len(c) < 5 || versionID(binary.BigEndian.Uint32(c[1:])) != w.KeyID {
		return nil, fmt.Errorf("%w: the wrapped key does not belong to version %q; restore the manifest", keys.ErrBadKey, w.KeyID)
	}
	plain, err := r.wrap.Decrypt(w.Ciphertext, b.AAD())
	if err != nil || len(plain) != keys.DataKeySize {
		clear(plain)
		return nil, fmt.Errorf("%w: the wrapped key was altered or belongs to another dataset, snapshot, part or group than %+v", keys.ErrBadKey, b)
	}
	return plain, nil
}

func (r *ring) seal(plain []byte, b keys.Binding) (keys.Wrapped, error) {
	c, err := r.wrap.Encrypt(plain, b.AAD())
	return keys.Wrapped{KeyID: r.about.Primary, Ciphertext: c}, err
}
