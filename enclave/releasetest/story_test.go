package releasetest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expectations of the stories anew")

// TestStories plays every story on the engine of the data folder. Those that release something, and damage nothing that
// only this engine reads, it also plays on the reference engine.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.test")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".test")
		t.Run(name+"/duckdb", func(t *testing.T) {
			t.Parallel()
			Run(t, file, Real, *update)
		})
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("\nexpect released")) || bytes.Contains(text, []byte("\ncorrupt ")) {
			continue
		}
		t.Run(name+"/reference", func(t *testing.T) {
			t.Parallel()
			Run(t, file, Plain, false)
		})
	}
}
