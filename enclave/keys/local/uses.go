package local

import (
	"crypto/ed25519"

	"github.com/officina-enclave/officina/enclave/keys"
)

// complete adds a signing key for each use that the keyring lacks.
func (s *secrets) complete(from source) (added []keys.Use, err error) {
	for _, use := range keys.Uses() {
		if _, ok := s.Seeds[use]; ok {
			continue
		}
		if s.Seeds[use], err = from("sign/"+string(use), ed25519.SeedSize); err != nil {
			return nil, err
		}
		added = append(added, use)
	}
	return added, nil
}

// addUses gives the keyring of dir, which a program made that knew fewer uses, a signing key for each that it lacks.
// It can be cut off anywhere: public keys come first, and the keyring is replaced as a whole.
func (l lock) addUses(dir string) error {
	return exclusive(dir, func() error {
		s, err := l.open(dir)
		if err != nil {
			return err
		}
		defer s.clear()
		added, err := s.complete(random)
		if err != nil || len(added) == 0 {
			return err
		}
		for _, use := range added {
			if err := writePublic(dir, use, s.Seeds[use]); err != nil {
				return err
			}
		}
		return l.seal(dir, s)
	})
}
