package tlog_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
)

func subject(t *testing.T, l *tlog.Log, name string) string {
	t.Helper()
	h, err := l.Subject(name)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestSubjectsAreStableUntilForgotten(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	ada, bob := subject(t, l, "ada@example.org"), subject(t, l, "bob@example.org")
	if !regexp.MustCompile(`^hmac-sha256:[0-9a-f]{64}$`).MatchString(ada) || ada == bob {
		t.Errorf("%s %s", ada, bob)
	}
	if again := subject(t, l, "ada@example.org"); again != ada {
		t.Error("the same subject has two hashes")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	l = open(t, dir)
	if again := subject(t, l, "ada@example.org"); again != ada {
		t.Error("the hash changed when the log was opened again")
	}
	if err := l.Forget("ada@example.org"); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "subjects.json")); err != nil || strings.Contains(string(raw), "ada") {
		t.Errorf("still there: %s %v", raw, err)
	}
	if after := subject(t, l, "ada@example.org"); after == ada {
		t.Error("the forgotten subject is still known")
	}
	if again := subject(t, l, "bob@example.org"); again != bob {
		t.Error("somebody else was forgotten")
	}
}

func TestForgettingLeavesTheLogWhole(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	e := intent()
	e.Subject = subject(t, l, "ada")
	appendOne(t, l, e)
	if err := l.Forget("ada"); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := inspect.Verify(t.Context(), dir, l.Key(), nil); err != nil {
		t.Error(err)
	}
	if got := entries(t, dir, l.Key())[0].Entry.Subject; got != e.Subject {
		t.Errorf("the entry changed to %s", got)
	}
}

func TestTwoLogsHashTheSameSubjectDifferently(t *testing.T) {
	one, other := open(t, t.TempDir()), open(t, t.TempDir())
	if subject(t, one, "ada") == subject(t, other, "ada") {
		t.Error("the hash has no salt")
	}
}

func TestManyAskAtOnce(t *testing.T) {
	l := open(t, t.TempDir())
	var wg sync.WaitGroup
	hashes := make([]string, 16)
	for i := range hashes {
		wg.Go(func() { hashes[i], _ = l.Subject("ada") })
	}
	wg.Wait()
	for _, h := range hashes {
		if h != hashes[0] || h == "" {
			t.Errorf("%q and %q", h, hashes[0])
		}
	}
}

func TestSubjectsFileIsPrivateAndChecked(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	subject(t, l, "ada")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "subjects.json")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	for _, text := range []string{"", "{", `{"ada":"AAAA"}`, `{"ada":17}`, "[]"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := tlog.Open(t.Context(), dir, signer(t, private)); !errors.Is(err, tlog.ErrSubjects) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// A crash while the file is replaced leaves a file beside it, which does not matter.
func TestLeftoverOfACrashDoesNotMatter(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	ada := subject(t, l, "ada")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "subjects.json.new"), []byte(`{"ad`), 0o600); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir)
	if subject(t, l, "ada") != ada {
		t.Error("the salt is lost")
	}
	subject(t, l, "bob")
}
