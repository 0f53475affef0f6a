package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/officina-enclave/officina/enclave/keys"
)

// Plain is the column-key group of columns that everybody may see. Its key also seals the footers.
const Plain = "plain"

const (
	manifestFormat = 1
	manifestFile   = "manifest.json"
	currentFile    = "CURRENT"
	maxManifest    = 64 << 20
)

// Manifest says what a snapshot is. It holds nothing about a patient: least and greatest values stay in the encrypted
// column metadata of the files.
type Manifest struct {
	Format   int         `json:"format"` // 1
	Dataset  string      `json:"dataset"`
	Snapshot string      `json:"snapshot"`
	Counter  uint64      `json:"counter"`  // grows with every snapshot of the dataset, from 1
	Previous string      `json:"previous"` // digest of the manifest it replaced; "" for the first
	Created  time.Time   `json:"created"`  // UTC, whole seconds
	Mark     string      `json:"mark"`     // "" in earnest, else "demo" or "test"
	Catalog  string      `json:"catalog"`  // digest of the catalog the data were checked against
	Files    []FileEntry `json:"files"`    // by table, then part
}

// FileEntry is one sealed file of a snapshot: one part of one table.
type FileEntry struct {
	Table     string                  `json:"table"`
	Part      int                     `json:"part"`
	Path      string                  `json:"path"` // within the snapshot's folder: <sha256>.parquet
	SHA256    string                  `json:"sha256"`
	Tail      string                  `json:"tail"` // SHA-256 of the footer with its length and magic
	Bytes     int64                   `json:"bytes"`
	Rows      int64                   `json:"rows"`
	RowGroups int                     `json:"row_groups"`
	SortedBy  []string                `json:"sorted_by"`
	Columns   map[string]string       `json:"columns"` // column → column-key group
	Keys      map[string]keys.Wrapped `json:"keys"`    // column-key group → data key
}

// signed is the content of manifest.json.
type signed struct {
	Manifest  Manifest `json:"manifest"`
	Signature []byte   `json:"signature"` // Ed25519 over the compact JSON of Manifest, for the use "manifest"
}

// Digest names the manifest: "sha256:" and the hash of its canonical bytes. The signature is not part of it.
func (m Manifest) Digest() string {
	return "sha256:" + hexSum(m.canonical())
}

// canonical returns the bytes that are signed: compact JSON, fields as declared, maps by key, no HTML escapes.
func (m Manifest) canonical() []byte { return encodeJSON(m, "") }

func (s signed) encode() []byte { return encodeJSON(s, " ") }

func encodeJSON(v any, indent string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		panic(err) // a structure of strings and numbers always encodes
	}
	return b.Bytes()
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (m Manifest) sign(ctx context.Context, k keys.Keys) (signed, error) {
	sig, err := k.Sign(ctx, keys.Manifest, m.canonical())
	return signed{m, sig}, err
}

// parseManifest reads manifest.json strictly: what does not encode to the same bytes is refused, so there is one
// spelling of a manifest only. It does not check the signature.
func parseManifest(text []byte) (signed, error) {
	var s signed
	var of struct {
		Manifest struct {
			Format int `json:"format"`
		} `json:"manifest"`
	}
	if err := json.Unmarshal(text, &of); err == nil && of.Manifest.Format > manifestFormat {
		return signed{}, fmt.Errorf("%w: format %d, this program reads %d; upgrade enclave", ErrNewer, of.Manifest.Format, manifestFormat)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return signed{}, fmt.Errorf("%w: not JSON; restore it from the backup", ErrManifest)
	}
	if s.Manifest.Format != manifestFormat {
		return signed{}, fmt.Errorf("%w: format %d, this program reads %d", ErrManifest, s.Manifest.Format, manifestFormat)
	}
	if !bytes.Equal(s.encode(), text) {
		return signed{}, fmt.Errorf("%w: not in canonical form; restore it from the backup", ErrManifest)
	}
	return s, nil
}

// verify checks the signature, and that the manifest is of this place.
func (s signed) verify(ctx context.Context, k keys.Keys, dataset, snapshot string) error {
	pub, err := k.Public(ctx, keys.Manifest)
	if err != nil {
		return err
	}
	if err := keys.Verify(pub, keys.Manifest, s.Manifest.canonical(), s.Signature); err != nil {
		return fmt.Errorf("%w: %w; open it with the keys that wrote it, or restore it", ErrSignature, err)
	}
	if m := s.Manifest; m.Dataset != dataset || m.Snapshot != snapshot {
		return fmt.Errorf("%w: it is of dataset %q, snapshot %q, not %q, %q; restore the right one", ErrManifest, m.Dataset, m.Snapshot, dataset, snapshot)
	}
	return s.Manifest.check()
}

// check holds even a signed manifest to its shape, so that later code can rely on it.
func (m Manifest) check() error {
	for _, f := range m.Files {
		if f.Path != f.SHA256+".parquet" || len(f.SHA256) != 64 || f.Bytes < 12 || f.Rows < 0 {
			return fmt.Errorf("%w: file of table %q, part %d", ErrManifest, f.Table, f.Part)
		}
		for column, group := range f.Columns {
			if _, ok := f.Keys[group]; !ok {
				return fmt.Errorf("%w: no key for group %q of column %q", ErrManifest, group, column)
			}
		}
		if _, ok := f.Keys[Plain]; !ok {
			return fmt.Errorf("%w: no footer key for table %q", ErrManifest, f.Table)
		}
	}
	return nil
}

// readManifest reads and verifies the manifest of one snapshot.
func readManifest(ctx context.Context, dir string, k keys.Keys, dataset, snapshot string) (Manifest, error) {
	text, err := readSmall(filepath.Join(snapshotDir(dir, snapshot), manifestFile))
	if err != nil {
		return Manifest{}, fmt.Errorf("%w: %w; restore it from the backup", ErrManifest, err)
	}
	s, err := parseManifest(text)
	if err != nil {
		return Manifest{}, err
	}
	return s.Manifest, s.verify(ctx, k, dataset, snapshot)
}

// readCurrent reads which snapshot is in force.
func readCurrent(dir string) (string, error) {
	text, err := readSmall(filepath.Join(dir, "snapshots", currentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w in %s; ingest the dataset first", ErrNone, dir)
	}
	if err != nil {
		return "", err
	}
	id := strings.TrimSuffix(string(text), "\n")
	return id, checkName("snapshot", id)
}

func snapshotDir(dir, snapshot string) string { return filepath.Join(dir, "snapshots", snapshot) }

func readSmall(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxManifest))
}

// A name stands in paths and in AAD prefixes, so it has no slash and does not begin with a dot.
var namePattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$`)

func checkName(what, name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("%w: %s %.100q; use letters, digits, and _ . - inside", ErrName, what, name)
	}
	return nil
}

// partName is the part of a key binding: table/part.
func (f FileEntry) partName() string { return fmt.Sprintf("%s/%d", f.Table, f.Part) }

// prefix is the AAD prefix of a file: dataset/snapshot/table/part.
func (f FileEntry) prefix(dataset, snapshot string) []byte {
	return []byte(dataset + "/" + snapshot + "/" + f.partName())
}

// binding says what the key of a group opens.
func (f FileEntry) binding(dataset, snapshot, group string) keys.Binding {
	return keys.Binding{Dataset: dataset, Snapshot: snapshot, Part: f.partName(), Group: group}
}

// groups lists the column-key groups of columns and the footer's, sorted.
func (f FileEntry) groups(columns []string) []string {
	set := map[string]bool{Plain: true}
	for _, c := range columns {
		set[f.Columns[c]] = true
	}
	return slices.Sorted(maps.Keys(set))
}
