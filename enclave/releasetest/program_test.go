package releasetest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestMarkerInNoOutputOfTheProgram runs the custodian's program over files that hold the markers, rightly and
// wrongly, and searches all that it prints and writes. testdata/program.txtar holds the files and, last, the commands.
func TestMarkerInNoOutputOfTheProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(t.TempDir(), "enclave")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/enclave").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	archive, err := txtar.ParseFile("testdata/program.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if err := txtar.Write(archive, dir); err != nil {
		t.Fatal(err)
	}
	s := &said{t: t, dir: filepath.Join(dir, "data")}
	script, err := os.ReadFile(filepath.Join(dir, "commands"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(script) {
		words, err := split(string(bytes.TrimSpace(line)))
		if err != nil || len(words) == 0 || words[0] == "#" {
			continue
		}
		s.runs(dir, program, words[0], words[1:])
	}
	if s.texts < 50 {
		t.Errorf("only %d texts were searched", s.texts)
	}
}

// runs one command, as text and as JSON, and checks its exit code, what it prints and what it leaves on disk.
func (s *said) runs(dir, program, exit string, args []string) {
	s.t.Helper()
	if args[0] == "flip" {
		files, _ := filepath.Glob(filepath.Join(dir, args[1]))
		for _, f := range files {
			if err := damage(f, "flip"); err != nil {
				s.t.Error(err)
			}
		}
		return
	}
	for _, mode := range [][]string{nil, {"--json"}} {
		c := exec.Command(program, append(mode, args...)...)
		c.Dir, c.Env = dir, append(os.Environ(), "OFFICINA_HOME=data")
		out, err := c.CombinedOutput()
		var code *exec.ExitError
		if errors.As(err, &code) {
			err = nil
		}
		if err != nil || mode == nil && c.ProcessState.ExitCode() != int(exit[0]-'0') {
			s.t.Errorf("%v: exit %d, want %s\n%s", args, c.ProcessState.ExitCode(), exit, out)
		}
		s.tell("the program, with "+args[0], out)
		if _, err := os.Stat(s.dir); err == nil {
			s.folder("the program, with " + args[0])
		}
	}
}
