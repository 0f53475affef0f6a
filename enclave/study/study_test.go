package study

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/officina-enclave/officina/policy"
	"pgregory.net/rapid"
)

// key makes a board key from a word, the same each time.
func key(word string) (ed25519.PrivateKey, ed25519.PublicKey) {
	seed := sha256.Sum256([]byte(word))
	private := ed25519.NewKeyFromSeed(seed[:])
	return private, private.Public().(ed25519.PublicKey)
}

func readStudy(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/diabetes-1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoad(t *testing.T) {
	private, public := key("board")
	text, dir := readStudy(t), t.TempDir()
	if _, err := Add(dir, text, Sign(private, text), []ed25519.PublicKey{public}); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir, "diabetes-1", []ed25519.PublicKey{public})
	if err != nil {
		t.Fatal(err)
	}
	want := policy.Study{
		ID: "diabetes-1", Title: "Response to first-line metformin", Status: "active",
		Purpose:     []string{"DUO:0000007", "MONDO:0005148"},
		Uses:        []string{"research"},
		Approval:    policy.Approval{ID: "CE-2026-0147", ValidUntil: "2027-12-31"},
		Persons:     []string{"ada@example.org"},
		Datasets:    []string{"diabetes-network"},
		Kinds:       []string{"attrition", "count", "summary", "table"},
		Permissions: policy.Permissions{Topics: []string{}},
		Recipients:  []policy.Recipient{{Name: "IRCCS Example", Kind: "public", Country: "IT"}},
	}
	if diff := cmp.Diff(want, got.Study); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.Digest != digest(text) || len(got.Digest) != len("sha256:")+64 {
		t.Errorf("digest %q is not the SHA-256 of the file", got.Digest)
	}
}

// Each way in which a study can be wrong has its own error.
func TestLoadRefuses(t *testing.T) {
	private, public := key("board")
	stranger, _ := key("stranger")
	text := readStudy(t)
	edited := bytes.Replace(text, []byte("genomic: false"), []byte("genomic: true"), 1)
	bad := []byte("format: 1\nid: diabetes-1\npurposes: [DUO:0000042]\n")

	tests := map[string]struct {
		id        string
		text, sig []byte // nil: no such file
		want      error
	}{
		"not found":             {"diabetes-1", nil, nil, ErrNotFound},
		"signature only":        {"diabetes-1", nil, Sign(private, text), ErrNotFound},
		"unsigned":              {"diabetes-1", text, nil, ErrUnsigned},
		"empty signature":       {"diabetes-1", text, []byte("\n"), ErrUnsigned},
		"not a signature":       {"diabetes-1", text, []byte("trust me please"), ErrUnsigned},
		"wrong key":             {"diabetes-1", text, Sign(stranger, text), ErrKey},
		"edited":                {"diabetes-1", edited, Sign(private, text), ErrEdited},
		"stranger re-signed":    {"diabetes-1", edited, append(Sign(stranger, edited), Sign(private, text)...), ErrEdited},
		"a space more":          {"diabetes-1", append(bytes.Clone(text), ' '), Sign(private, text), ErrEdited},
		"signed for other use":  {"diabetes-1", text, rawSign(private, text), ErrEdited},
		"id is not file name":   {"other", text, Sign(private, text), ErrName},
		"unknown key":           {"diabetes-1", bad, Sign(private, bad), ErrFormat},
		"no id":                 {"", text, Sign(private, text), ErrID},
		"parent folder":         {"../diabetes-1", nil, nil, ErrID},
		"absolute":              {"/etc/passwd", nil, nil, ErrID},
		"separator":             {"a/b", nil, nil, ErrID},
		"hidden":                {".diabetes-1", nil, nil, ErrID},
		"nul":                   {"diabetes-1\x00", nil, nil, ErrID},
		"backslash":             {`..\diabetes-1`, nil, nil, ErrID},
		"too long":              {strings.Repeat("a", 65), nil, nil, ErrID},
		"study larger than max": {"diabetes-1", make([]byte, maxFile+1), nil, ErrFormat},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if test.text != nil {
				write(t, dir, test.id+".yaml", test.text)
			}
			if test.sig != nil {
				write(t, dir, test.id+".yaml.sig", test.sig)
			}
			got, err := Load(dir, test.id, []ed25519.PublicKey{public})
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if diff := cmp.Diff(Study{}, got); diff != "" {
				t.Errorf("a study came with the error:\n%s", diff)
			}
		})
	}
}

// rawSign signs the bytes without saying what the signature is for.
func rawSign(private ed25519.PrivateKey, text []byte) []byte {
	line := Sign(private, text)
	return append(line[:17:17], []byte(encode(ed25519.Sign(private, text))+"\n")...)
}

func TestNotFoundSaysNothingOfOthers(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "secret-study.yaml", readStudy(t))
	_, err := Load(dir, "absent", nil)
	if !errors.Is(err, ErrNotFound) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
	if _, err := Load(filepath.Join(dir, "no", "folder"), "absent", nil); !errors.Is(err, ErrNotFound) {
		t.Errorf("missing folder: got %v", err)
	}
}

func TestLoadDoesNotFollowLinksOut(t *testing.T) {
	private, public := key("board")
	text, outside, dir := readStudy(t), t.TempDir(), t.TempDir()
	write(t, outside, "diabetes-1.yaml", text)
	write(t, dir, "diabetes-1.yaml.sig", Sign(private, text))
	if err := os.Symlink(filepath.Join(outside, "diabetes-1.yaml"), filepath.Join(dir, "diabetes-1.yaml")); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, "diabetes-1", []ed25519.PublicKey{public}); err == nil {
		t.Error("followed a link out of the folder")
	}
}

func TestNoBoardKeyMeansNoStudy(t *testing.T) {
	private, _ := key("board")
	text, dir := readStudy(t), t.TempDir()
	write(t, dir, "diabetes-1.yaml", text)
	write(t, dir, "diabetes-1.yaml.sig", Sign(private, text))
	if _, err := Load(dir, "diabetes-1", nil); !errors.Is(err, ErrKey) {
		t.Errorf("got %v, want %v", err, ErrKey)
	}
}

func TestAddReplaces(t *testing.T) {
	private, public := key("board")
	board := []ed25519.PublicKey{public}
	text, dir := readStudy(t), t.TempDir()
	closed := bytes.Replace(text, []byte("status: active"), []byte("status: closed"), 1)
	for _, version := range [][]byte{text, closed} {
		if _, err := Add(dir, version, Sign(private, version), board); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(dir, "diabetes-1", board)
	if err != nil || got.Status != "closed" {
		t.Fatalf("status %q, %v; want closed", got.Status, err)
	}
	write(t, dir, "diabetes-1.yaml", text)
	if _, err := Load(dir, "diabetes-1", board); !errors.Is(err, ErrEdited) {
		t.Errorf("the old version alone: got %v, want %v", err, ErrEdited)
	}
}

// While Add replaces the YAML both signatures are there; what stands at any step loads.
func TestAddSurvivesACrashBetweenItsSteps(t *testing.T) {
	private, public := key("board")
	board := []ed25519.PublicKey{public}
	text, dir := readStudy(t), t.TempDir()
	closed := bytes.Replace(text, []byte("status: active"), []byte("status: closed"), 1)
	both := append(append(Sign(private, closed), '\n'), Sign(private, text)...)
	write(t, dir, "diabetes-1.yaml.sig", both)
	for want, version := range map[string][]byte{"active": text, "closed": closed} {
		write(t, dir, "diabetes-1.yaml", version)
		if got, err := Load(dir, "diabetes-1", board); err != nil || got.Status != want {
			t.Errorf("status %q, %v; want %s", got.Status, err, want)
		}
	}
	if _, err := Add(dir, closed, Sign(private, closed), board); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadFile(filepath.Join(dir, "diabetes-1.yaml.sig"))
	if diff := cmp.Diff(string(Sign(private, closed)), string(left)); diff != "" {
		t.Errorf("signatures left (-want +got)\n%s", diff)
	}
}

func TestAddRefusesUnsigned(t *testing.T) {
	_, public := key("board")
	stranger, _ := key("stranger")
	text, dir := readStudy(t), t.TempDir()
	for want, signatures := range map[error][]byte{ErrUnsigned: nil, ErrKey: Sign(stranger, text)} {
		if _, err := Add(dir, text, signatures, []ed25519.PublicKey{public}); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("a refused study left %v", left)
	}
}

// No single changed byte of the study or its signature is accepted.
func TestFlippedByteIsRefused(t *testing.T) {
	private, public := key("board")
	text := readStudy(t)
	signature := Sign(private, text)
	rapid.Check(t, func(t *rapid.T) {
		y, s := bytes.Clone(text), bytes.Clone(signature)
		target := rapid.SampledFrom([][]byte{y, s[:len(s)-1]}).Draw(t, "file")
		i := rapid.IntRange(0, len(target)-1).Draw(t, "byte")
		target[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if err := verify([]ed25519.PublicKey{public}, y, s); err == nil {
			t.Fatalf("accepted a changed byte %d", i)
		}
	})
}
