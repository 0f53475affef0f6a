package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/canon"
	"github.com/officina-enclave/officina/internal/intime"
)

// folder makes a data folder without data. What a loaded one does, cmd/enclave's script backup.txtar shows.
func folder(t testing.TB, seed uint64) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	config := node.Config{Format: node.Format, Name: "tiny", Contact: "data@example.org", Floor: node.DefaultFloor}
	board := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	makeKeys := func(dir string) (*local.Keyring, error) { return local.CreateFromSeed(dir, seed) }
	if err := node.Create(dir, config, []ed25519.PublicKey{board}, makeKeys); err != nil {
		t.Fatal(err)
	}
	return dir
}

func hold(t testing.TB, dir string) *node.Held {
	t.Helper()
	h, err := node.Hold(t.Context(), dir, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// genuine returns the bytes of a backup.
func genuine(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b.tar")
	if _, err := Write(t.Context(), hold(t, folder(t, 1)), path, Options{}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// restore tries to restore bytes, and returns the files that are then at the target; none after an error.
func restore(t *testing.T, text []byte) (map[string]string, error) {
	t.Helper()
	above := t.TempDir()
	file, dir := filepath.Join(above, "b.tar"), filepath.Join(above, "to", "data")
	if err := errors.Join(os.WriteFile(file, text, 0o600), os.Mkdir(filepath.Dir(dir), 0o700)); err != nil {
		t.Fatal(err)
	}
	_, err := Restore(t.Context(), file, dir, Options{})
	found := files(t, above)
	delete(found, "b.tar")
	if err != nil && len(found) > 0 {
		t.Errorf("after %v there are files: %v", err, found)
	}
	return found, err
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		out[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// member is one of an archive taken apart.
type member struct {
	header *tar.Header
	text   []byte
}

// rebuild takes an archive apart, lets change edit its members, and puts it together. The list is not signed anew.
func rebuild(t *testing.T, text []byte, change func(list *Manifest, rest []member) []member) []byte {
	t.Helper()
	var all []member
	for r := tar.NewReader(bytes.NewReader(text)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		content, err2 := io.ReadAll(r)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		all = append(all, member{h, content})
	}
	var s signed
	if err := json.Unmarshal(all[0].text, &s); err != nil {
		t.Fatal(err)
	}
	rest := change(&s.Manifest, all[1:])
	list, err := canon.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	all[0].text = list
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range append(all[:1], rest...) {
		m.header.Size = int64(len(m.text))
		if err := w.WriteHeader(m.header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(m.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRestoreRefuses(t *testing.T) {
	text := genuine(t)
	file := func(rest []member) int { // any file with content
		for i, m := range rest {
			if len(m.text) > 0 {
				return i
			}
		}
		return -1
	}
	for name, c := range map[string]struct {
		change func(list *Manifest, rest []member) []member
		want   error
	}{
		"nothing changed":          {func(_ *Manifest, rest []member) []member { return rest }, nil},
		"a path that leads out":    {func(l *Manifest, rest []member) []member { l.Members[0].Path = "../evil"; return rest }, ErrPath},
		"a path from the root":     {func(l *Manifest, rest []member) []member { l.Members[0].Path = "/evil"; return rest }, ErrPath},
		"a path that turns around": {func(l *Manifest, rest []member) []member { l.Members[0].Path = "a/../../evil"; return rest }, ErrPath},
		"a path out, unlisted":     {func(_ *Manifest, rest []member) []member { rest[0].header.Name = "../evil"; return rest }, ErrAltered},
		"a link": {func(_ *Manifest, rest []member) []member {
			i := file(rest)
			rest[i] = member{&tar.Header{Typeflag: tar.TypeSymlink, Name: rest[i].header.Name, Linkname: "/etc", Mode: 0o777}, nil}
			return rest
		}, ErrAltered},
		"a file with other bytes": {func(_ *Manifest, rest []member) []member {
			rest[file(rest)].text[0] ^= 1
			return rest
		}, ErrAltered},
		"a member missing": {func(_ *Manifest, rest []member) []member { return rest[:len(rest)-1] }, ErrTruncated},
		"a member more": {func(_ *Manifest, rest []member) []member {
			return append(rest, member{&tar.Header{Name: "evil", Typeflag: tar.TypeReg, Mode: 0o600}, []byte("x")})
		}, ErrAltered},
		"two members swapped": {func(_ *Manifest, rest []member) []member { rest[0], rest[1] = rest[1], rest[0]; return rest }, ErrAltered},
		"a member listed twice": {func(l *Manifest, rest []member) []member {
			l.Members = append(l.Members, l.Members[len(l.Members)-1])
			return append(rest, rest[len(rest)-1])
		}, ErrAltered},
		"a folder not listed": {func(l *Manifest, rest []member) []member { l.Members = l.Members[1:]; return rest[1:] }, nil},
		"another list and its file": {func(l *Manifest, rest []member) []member {
			for i, m := range l.Members {
				if m.Path == "enclave.yaml" {
					rest[i].text = []byte(strings.Replace(string(rest[i].text), "min_cell: 10", "min_cell: 11", 1))
					l.Members[i].SHA256 = canon.Sum(rest[i].text)
				}
			}
			return rest
		}, ErrSignature},
		"a newer format":    {func(l *Manifest, rest []member) []member { l.Format = 2; return rest }, ErrNewer},
		"the keys left out": {func(l *Manifest, rest []member) []member { l.Keys = false; return rest }, ErrNoKeys},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := restore(t, rebuild(t, text, c.change))
			if name == "a folder not listed" { // whichever fault is found first
				if err == nil {
					t.Error("restored")
				}
				return
			}
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// Cut anywhere, a backup is refused; with a bit turned anywhere it is refused, or the bit means nothing.
func TestDamageAnywhere(t *testing.T) {
	text := genuine(t)
	whole, err := restore(t, text)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(text)-1024; at += 1511 { // the end of an archive is 1024 zeros
		if _, err := restore(t, text[:at]); !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrNoBackup) {
			t.Errorf("cut at %d of %d: %v", at, len(text), err)
		}
		turned := bytes.Clone(text)
		turned[at] ^= 4
		got, err := restore(t, turned)
		if err == nil && !cmp.Equal(whole, got) {
			t.Errorf("a bit turned at %d of %d: restored something else", at, len(text))
		}
	}
	if _, err := restore(t, append(bytes.Clone(text), "and more"...)); !errors.Is(err, ErrAltered) {
		t.Errorf("with more after its end: %v", err)
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	dir, other := folder(t, 1), folder(t, 2)
	path := filepath.Join(t.TempDir(), "b.tar")
	if _, err := Write(t.Context(), hold(t, dir), path, Options{WithoutKeys: true}); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "data")
	if _, err := Restore(t.Context(), path, to, Options{Keys: filepath.Join(other, "keys")}); !errors.Is(err, ErrSignature) {
		t.Errorf("got %v", err)
	}
	if _, err := Restore(t.Context(), path, to, Options{Keys: filepath.Join(dir, "keys")}); err != nil {
		t.Error(err)
	}
}

// A folder is not backed up that would not be restored.
func TestDamagedFolderIsRefused(t *testing.T) {
	dir := folder(t, 1)
	h := hold(t, dir)
	path := filepath.Join(t.TempDir(), "b.tar")
	if err := os.Remove(filepath.Join(dir, "keys", "board.pub.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), h, path, Options{}); err == nil || !strings.Contains(err.Error(), "board") {
		t.Errorf("got %v", err)
	}
}

// Stopped, a backup and a restore leave nothing, and progress ends at the total.
func TestStoppedAndWatched(t *testing.T) {
	h := hold(t, folder(t, 1))
	above := t.TempDir()
	path := filepath.Join(above, "b.tar")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(stopped, h, path, Options{}); err == nil {
		t.Error("a backup that was stopped succeeds")
	}
	if left, _ := os.ReadDir(above); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	var done, total int64
	watch := func(d, t int64) { done, total = d, t }
	if _, err := Write(t.Context(), h, path, Options{Progress: watch}); err != nil || done != total || done == 0 {
		t.Errorf("%d of %d: %v", done, total, err)
	}
	if _, err := Restore(stopped, path, filepath.Join(above, "data"), Options{}); err == nil {
		t.Error("a restore that was stopped succeeds")
	}
	if left, _ := os.ReadDir(above); len(left) > 1 {
		t.Errorf("left %v", left)
	}
	if _, err := Restore(t.Context(), path, filepath.Join(above, "data"), Options{Progress: watch}); err != nil || done != total {
		t.Errorf("%d of %d: %v", done, total, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	dir := folder(t, 1)
	h := hold(t, dir)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "policy")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "b.tar")
	if _, err := Write(t.Context(), h, path, Options{}); !errors.Is(err, ErrIrregular) {
		t.Errorf("got %v", err)
	}
	if _, err := Write(t.Context(), h, filepath.Join(dir, "answers", "b.tar"), Options{}); !errors.Is(err, ErrInside) {
		t.Errorf("got %v", err)
	}
}

// FuzzUnpack looks for a panic, and for anything outside the folder that is filled.
func FuzzUnpack(f *testing.F) {
	f.Add(genuine(f))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		above := t.TempDir()
		file, dir := filepath.Join(t.TempDir(), "b.tar"), filepath.Join(above, "data")
		if err := errors.Join(os.WriteFile(file, text, 0o600), os.Mkdir(dir, 0o700)); err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		intime.Run(t, func() { _, _ = (&unpacker{ctx: t.Context(), dir: dir}).run(in) })
		if list, err := os.ReadDir(above); err != nil || len(list) != 1 {
			t.Errorf("beside the folder: %v %v", list, err)
		}
	})
}
