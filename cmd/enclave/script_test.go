package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/officina-enclave/officina/enclave/node"
)

var update = flag.Bool("update", false, "write what the scripts compare with anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"enclave": main})
}

// TestScripts runs both command lines as people do: a script each for a story. Its commands beside those of
// testscript:
//
//	centre                  puts here: clinic/ (a catalog, CSV files, a study, a query), data/ with all of it
//	                        loaded, the board's keys and the enclave's public keys
//	exits CODE PROGRAM …    runs a program that must end with that exit code
//	hold DIR                has another process, this one, hold a data folder until the script ends
//	flip PATTERN            flips a bit in the middle of each file that matches
//	shape FILE              prints the JSON in FILE with types in place of values
func TestScripts(t *testing.T) {
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin, "../cohort").CombinedOutput(); err != nil {
		t.Fatalf("go build ../cohort: %v\n%s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/scripts",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("OFFICINA_HOME", "data")
			return errors.Join(os.CopyFS(filepath.Join(e.WorkDir, "clinic"), os.DirFS("testdata/clinic")),
				os.CopyFS(filepath.Join(e.WorkDir, "cdm"), os.DirFS("testdata/cdm")))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"centre": centre(t), "exits": exits, "hold": hold, "flip": flip, "shape": shape,
		},
	})
}

// centre makes a folder with a loaded centre through the command line, once, and returns the command that copies it.
func centre(t *testing.T) func(*testscript.TestScript, bool, []string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "clinic"), os.DirFS("testdata/clinic")); err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, args := range [][]string{
		{"study", "keygen"},
		{"init", "--name", "clinic-example", "--contact", "data@clinic.example", "--board-contact", "board@clinic.example"},
		{"study", "sign", "clinic/study.yaml"},
		{"study", "add", "clinic/study.yaml"},
		{"ingest", "clinic/csv", "--catalog", "clinic/catalog.yaml", "--mapping", "clinic/mapping.yaml"},
		{"keys", "public"},
	} {
		c := exec.Command("enclave", args...)
		c.Dir, c.Env = dir, append(os.Environ(), "OFFICINA_HOME=data")
		var err error
		if out, err = c.CombinedOutput(); err != nil {
			t.Fatalf("enclave %v: %v\n%s", args, err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "enclave-keys.json"), out, 0o644); err != nil {
		t.Fatal(err)
	}
	return func(ts *testscript.TestScript, _ bool, _ []string) {
		ts.Check(ts.Exec("cp", "-a", dir+"/.", ts.MkAbs("."))) // with the modes: keys that others may read are refused
	}
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var failed *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case err == nil && want != 0:
		ts.Fatalf("exit code 0, want %d", want)
	case errors.As(err, &failed) && failed.ExitCode() != want:
		ts.Fatalf("exit code %d, want %d", failed.ExitCode(), want)
	case err != nil && failed == nil:
		ts.Fatalf("%v", err)
	}
}

func hold(ts *testscript.TestScript, _ bool, args []string) {
	n, err := node.Open(context.Background(), ts.MkAbs(args[0]), node.Options{})
	ts.Check(err)
	ts.Defer(func() { ts.Check(n.Close()) })
}

func flip(ts *testscript.TestScript, _ bool, args []string) {
	names, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(names) == 0 {
		ts.Fatalf("no file matches %s", args[0])
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		ts.Check(err)
		data[len(data)/2] ^= 1
		ts.Check(os.Chmod(name, 0o600))
		ts.Check(os.WriteFile(name, data, 0o600))
	}
}

func shape(ts *testscript.TestScript, _ bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	text, err := json.MarshalIndent(shapeOf(v), "", "  ")
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n", text)
}

// shapeOf puts types in place of values; a list is shown by its first element.
func shapeOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			v[key] = shapeOf(x)
		}
		return v
	case []any:
		if len(v) > 0 {
			return []any{shapeOf(v[0])}
		}
		return v
	case nil:
		return "null"
	case float64:
		return "number"
	}
	return fmt.Sprintf("%T", v)
}
