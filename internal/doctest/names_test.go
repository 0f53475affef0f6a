package doctest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// prose returns a document without its fenced blocks.
func prose(t *testing.T, document string) string {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(string(text), "")
}

// Every test that a document names is there, so that what it claims is shown.
func TestNamedTestsExist(t *testing.T) {
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	scripts := map[string]bool{}
	walk(t, func(path string, text func() string) {
		switch {
		case strings.HasSuffix(path, "_test.go"):
			for _, m := range declared.FindAllStringSubmatch(text(), -1) {
				tests[m[1]] = true
			}
		case strings.Contains(path, "/testdata/"):
			scripts[path] = true
		}
	})
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)`")
	files := regexp.MustCompile("`([a-z/*_-]+\\.(?:txtar|test))`")
	for _, document := range documents(t) {
		text := prose(t, document)
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if !tests[m[1]] {
				t.Errorf("%s names the test %s, which is not there", filepath.Base(document), m[1])
			}
		}
		for _, m := range files.FindAllStringSubmatch(text, -1) {
			if !matches(t, scripts, m[1]) {
				t.Errorf("%s names the script %s, which is not there", filepath.Base(document), m[1])
			}
		}
	}
}

func matches(t *testing.T, paths map[string]bool, pattern string) bool {
	t.Helper()
	for path := range paths {
		tail := strings.Split(path, "/")
		tail = tail[max(0, len(tail)-strings.Count(pattern, "/")-1):]
		ok, err := filepath.Match(pattern, strings.Join(tail, "/"))
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			return true
		}
	}
	return false
}

// Every rule of the policy that ships has its line in the page for boards, and no other rule has.
func TestRulesAreDocumented(t *testing.T) {
	page := prose(t, "../../docs/for-ethics-boards.md")
	rule := regexp.MustCompile(`(?m)^#\s+rule: (\S+)$`)
	found := 0
	walk(t, func(path string, text func() string) {
		if !strings.HasPrefix(path, "../../policy/default/") || !strings.HasSuffix(path, ".rego") {
			return
		}
		for _, m := range rule.FindAllStringSubmatch(text(), -1) {
			if found++; !strings.Contains(page, "`"+m[1]+"`") {
				t.Errorf("for-ethics-boards.md does not say what %s denies", m[1])
			}
		}
	})
	if found < 15 {
		t.Errorf("only %d rules were found", found)
	}
}

// Every link of a document leads to a file, and to a heading where it names one.
func TestLinksLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, document := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(prose(t, document), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			to := document
			if path != "" {
				to = filepath.Join(filepath.Dir(document), path)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", filepath.Base(document), m[1])
			} else if anchor != "" && !headings(t, to)[anchor] {
				t.Errorf("%s links to %s, a heading that is not there", filepath.Base(document), m[1])
			}
		}
	}
}

// headings are the anchors of a document's headings, as GitHub makes them.
func headings(t *testing.T, document string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(prose(t, document), -1) {
		kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		out[strings.ReplaceAll(kept, " ", "-")] = true
	}
	return out
}

// walk calls visit for every file of the repository.
func walk(t *testing.T, visit func(path string, text func() string)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == ".git" && d.IsDir() {
			return filepath.SkipDir
		}
		if d.IsDir() {
			return nil
		}
		visit(path, func() string {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
