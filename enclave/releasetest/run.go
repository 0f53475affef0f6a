package releasetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

// Run plays the story in file on an engine. With update it writes the file anew, with what happened in the place of
// every expectation: read the difference before you believe it.
func Run(t *testing.T, file string, engine Engine, update bool) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	after, failures := play(t.Context(), string(text), t.TempDir(), engine)
	for _, f := range failures {
		var wrong *unexpected
		if update && errors.As(f, &wrong) {
			continue
		}
		t.Errorf("%s:%v", file, f)
	}
	if update && !t.Failed() && after != string(text) {
		if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// unexpected is an expectation that was not met.
type unexpected struct {
	line      int
	got, want string
	why       string // of a query that is not valid
}

func (u *unexpected) Error() string {
	return fmt.Sprintf("%d: expected\n%s\ngot\n%s%s", u.line, u.want, u.got, u.why)
}

// play goes through a story in dir and returns it with expectations that fit what happened. It goes on after an
// expectation that is not met, and stops at a command that fails.
func play(ctx context.Context, text, dir string, engine Engine) (after string, failures []error) {
	s, err := parse(text)
	if err != nil {
		return text, []error{err}
	}
	w := newWorld(dir, engine)
	right := map[*command]string{}
	for _, c := range s.commands {
		if err := w.do(ctx, s, c, right); err != nil {
			failures = append(failures, err)
			var wrong *unexpected
			if !errors.As(err, &wrong) {
				break
			}
		}
	}
	if err := errors.Join(w.verify(ctx), w.close()); err != nil {
		failures = append(failures, err)
	}
	return s.rewrite(right), failures
}

// do carries out one command, and notes in right the text of an expectation that was not met.
func (w *world) do(ctx context.Context, s *script, c *command, right map[*command]string) error {
	if c.verb != "expect" {
		do, ok := verbs[c.verb]
		if !ok {
			return fmt.Errorf("%d: there is no command %s", c.from+1, c.verb)
		}
		if err := do(w, ctx, c); err != nil {
			return fmt.Errorf("%d: %s: %w", c.from+1, c.verb, err)
		}
		return nil
	}
	got, err := w.expect(ctx, c)
	if err != nil {
		return fmt.Errorf("%d: expect: %w", c.from+1, err)
	}
	if want := strings.Join(s.lines[c.from:c.to], "\n") + "\n"; got != want {
		right[c] = got
		return &unexpected{c.from + 1, got, want, w.diagnostics()}
	}
	return nil
}
