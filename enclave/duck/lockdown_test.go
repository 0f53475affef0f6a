package duck_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/internal/deptest"
)

// TestLockDown tries to break out of an instance by every statement of testdata/lockdown.tsv.
func TestLockDown(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other.csv")
	must(t, os.WriteFile(other, []byte("marker\n4711\n"), 0o600))
	path := image(t)
	db := open(t, duck.View{Name: "person", Paths: []string{path}})
	names := strings.NewReplacer("$IMAGE", path, "$OTHER", other, "$DIR", dir)

	for _, c := range cases(t, "testdata/lockdown.tsv") {
		err := db.Select(t.Context(), names.Replace(c[1]), nil, func(duck.Row) error { return nil })
		var e *duck.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: error is %v, want a *duck.Error", c[1], err)
			continue
		}
		if string(e.Class) != c[0] {
			t.Errorf("%s: class %q, want %q (%s)", c[1], e.Class, c[0], e.RestrictedDetail())
		}
		if strings.Contains(err.Error(), "4711") || strings.Contains(err.Error(), "person") {
			t.Errorf("%s: the error tells too much: %v", c[1], err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("something was written: %v", left)
	}
	if got := all(t, db, "SELECT count(*) FROM person"); got[0][0] != int64(3) {
		t.Errorf("count is %v after the attempts, want 3", got[0][0])
	}
}

func TestLockDownSettings(t *testing.T) {
	db, err := duck.Open(t.Context(), duck.Limits{Memory: "1GiB"}, nil)
	must(t, err)
	defer db.Close()
	for _, c := range cases(t, "testdata/settings.tsv") {
		if got := all(t, db, "SELECT current_setting('"+c[0]+"')::VARCHAR"); got[0][0] != c[1] {
			t.Errorf("%s is %v, want %s", c[0], got[0][0], c[1])
		}
	}
}

// cases reads the lines of a table with two columns; # begins a comment line.
func cases(t *testing.T, file string) (out [][2]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	for line := range strings.Lines(string(text)) {
		first, second, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if ok && !strings.HasPrefix(line, "#") {
			out = append(out, [2]string{first, second})
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s has no cases", file)
	}
	return out
}

func TestDependencies(t *testing.T) {
	deptest.Only(t)
	deptest.Ban(t, "the engine sees plain images: no key and no network belongs near it",
		"github.com/tink-crypto", "filippo.io/age", "github.com/open-policy-agent", "net/http")
}
