package doctest_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write anew what the documents show of commands, but for those with lines left out")

// TestConsole runs what the documents show at a prompt. A block fenced as console holds commands, each behind "$ ",
// and below each what it prints, standard error included. In that, … stands for any words of a line, and a line of …
// alone for any lines. The blocks of a document run in one new folder, in their order, each line by a shell of its
// own. The folder has copies of examples, policy/default and two folders of cmd/enclave/testdata of the repository.
func TestConsole(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the command lines")
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/...").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("OFFICINA_HOME", "")
	for _, document := range documents(t) {
		t.Run(filepath.Base(document), func(t *testing.T) {
			dir := folder(t)
			var changes []command
			for _, b := range fenced(t, document) {
				if b.kind != "console" {
					continue
				}
				for _, c := range commands(t, b) {
					if printed := c.run(t, dir); !c.shows(printed) {
						c.printed = masked(printed)
						changes = append(changes, c)
					}
				}
			}
			settle(t, document, changes)
		})
	}
}

// folder is where the commands of one document run: copies, since commands write.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"examples", "policy/default", "cmd/enclave/testdata/clinic", "cmd/enclave/testdata/cdm"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS("../../"+name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// command is one prompt with what a document shows below it.
type command struct {
	text     string
	from, to int // the shown lines in the document, from 0; to is beyond the last
	shown    []string
	printed  []string // masked, when it does not fit
}

func commands(t *testing.T, b *block) []command {
	t.Helper()
	var out []command
	for i, line := range b.lines {
		text, prompt := strings.CutPrefix(line, "$ ")
		if prompt {
			out = append(out, command{text: text, from: b.line + i + 1, to: b.line + i + 1})
			continue
		}
		if len(out) == 0 {
			t.Fatalf("%s: a console block begins with a command", b.at)
		}
		last := &out[len(out)-1]
		last.shown, last.to = append(last.shown, line), b.line+i+1
	}
	return out
}

// run returns what the command prints, without blanks at the ends of lines, which documents do not keep.
func (c command) run(t *testing.T, dir string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", c.text)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", c.text, err)
	}
	return strings.TrimRight(regexp.MustCompile(`(?m)[ \t]+$`).ReplaceAllString(string(out), ""), "\n") + "\n"
}

var leftOut = regexp.MustCompile(`(?m)^…\n`)

// shows reports whether the document's lines stand for what was printed.
func (c command) shows(printed string) bool {
	text := regexp.QuoteMeta(strings.Join(c.shown, "\n") + "\n")
	text = leftOut.ReplaceAllString(text, `(?s:.*\n)?`)
	return regexp.MustCompile(`\A` + strings.ReplaceAll(text, "…", `[^\n]*`) + `\z`).MatchString(printed)
}

// volatile are the parts of a print that differ from run to run.
var volatile = []struct{ pattern, mask string }{
	{`sha256:[0-9a-f]{64}`, "sha256:…"},
	{`root [0-9a-f]{64}`, "root …"},
	{`run_[A-Z2-7]{26}`, "run_…"},
	{`snapshot (\d{6})-[0-9a-f]{12}; [0-9.]+ s`, "snapshot $1-…; … s"},
	{`\d{4}-\d{2}-\d{2}T[0-9:.]+Z`, "…"},
}

func masked(printed string) []string {
	for _, v := range volatile {
		printed = regexp.MustCompile(v.pattern).ReplaceAllString(printed, v.mask)
	}
	if printed == "\n" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(printed, "\n"), "\n")
}

// settle reports the commands that print something else than the document shows, or with -update writes that.
func settle(t *testing.T, document string, changes []command) {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for _, c := range slices.Backward(changes) {
		if *update && !slices.Contains(c.shown, "…") {
			lines = slices.Replace(lines, c.from, c.to, c.printed...)
			continue
		}
		t.Errorf("%s: $ %s\nprints\n%s\nthe document shows\n%s", at(document, c.from), c.text,
			strings.Join(c.printed, "\n"), strings.Join(c.shown, "\n"))
	}
	if *update {
		if err := os.WriteFile(document, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
