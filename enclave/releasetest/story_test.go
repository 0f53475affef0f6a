package releasetest

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expectations of the stories anew")

var (
	releases    = regexp.MustCompile(`(?m)^expect released`)
	aboutFolder = regexp.MustCompile(`(?m)^(corrupt|restart|expect audit|submit .*crash=)`)
)

// TestStories plays every story on the engine of the data folder. Those that release something, and are not about the
// folder, it also plays on the reference engine.
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
		if !releases.Match(text) || aboutFolder.Match(text) {
			continue
		}
		t.Run(name+"/reference", func(t *testing.T) {
			t.Parallel()
			Run(t, file, Plain, false)
		})
	}
}
