package releasetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/policy"
)

// verbs are the commands but for expect.
var verbs = map[string]func(*world, context.Context, *command) error{
	"catalog":    (*world).catalogCommand,
	"clock":      (*world).clockCommand,
	"corrupt":    (*world).corruptCommand,
	"floor":      (*world).floorCommand,
	"load":       (*world).loadCommand,
	"policy":     (*world).policyCommand,
	"reload":     (*world).loadCommand,
	"restart":    (*world).restartCommand,
	"study":      (*world).studyCommand,
	"submit":     (*world).submitCommand,
	"vocabulary": (*world).vocabularyCommand,
}

func (w *world) catalogCommand(_ context.Context, c *command) (err error) {
	w.catalog, err = overlay(defaultFile("catalog.yaml"), c.block)
	return err
}

func (w *world) vocabularyCommand(_ context.Context, c *command) error {
	w.words = []byte(c.block)
	return nil
}

func (w *world) clockCommand(_ context.Context, c *command) error {
	if len(c.args) != 1 {
		return errors.New("clock takes a date")
	}
	day, err := time.Parse(time.DateOnly, c.args[0])
	w.now = day.Add(12 * time.Hour)
	return err
}

func (w *world) studyCommand(ctx context.Context, c *command) error {
	text, err := overlay(defaultFile("study.yaml"), c.block)
	if err != nil {
		return err
	}
	return w.register(ctx, text)
}

// floorCommand writes the configuration anew, as the custodian would while the enclave is stopped.
func (w *world) floorCommand(ctx context.Context, c *command) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	if err := w.close(); err != nil {
		return err
	}
	path := filepath.Join(w.dir, "enclave.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if text, err = overlay(text, "floor:\n"+indented(c.block)); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

// policyCommand puts the board's bundle into the data folder: what ships, with the block's files over it.
func (w *world) policyCommand(ctx context.Context, c *command) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	w.enclave = nil
	dir := filepath.Join(w.dir, "policy")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.CopyFS(dir, policy.Default()); err != nil {
		return err
	}
	for _, f := range txtar.Parse([]byte(c.block)).Files {
		path := filepath.Join(dir, f.Name)
		err := os.WriteFile(path, f.Data, 0o600)
		if len(strings.TrimSpace(string(f.Data))) == 0 {
			err = os.Remove(path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *world) loadCommand(ctx context.Context, c *command) error {
	tables, err := parseTables(c.block)
	if err != nil {
		return err
	}
	if c.verb == "reload" {
		tables = w.tables.with(tables)
	}
	return w.load(ctx, tables)
}

func (w *world) restartCommand(context.Context, *command) error { return w.close() }

// corruptCommand damages files of the closed data folder.
func (w *world) corruptCommand(_ context.Context, c *command) error {
	if len(c.args) != 2 {
		return errors.New("corrupt takes flip or drop, and a pattern")
	}
	if err := w.close(); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(w.dir, c.args[1]))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no file matches %s", c.args[1])
	}
	for _, f := range files {
		if err := damage(f, c.args[0]); err != nil {
			return err
		}
	}
	return nil
}

func damage(file, how string) error {
	switch how {
	case "drop":
		return os.Remove(file)
	case "flip":
		text, err := os.ReadFile(file)
		if err != nil || len(text) == 0 {
			return errors.Join(err, fs.ErrInvalid)
		}
		text[len(text)/2] ^= 1
		return os.WriteFile(file, text, 0o600)
	}
	return fmt.Errorf("corrupt cannot %s", how)
}

// anna is who asks when a story does not say.
var anna = policy.Subject{ID: "anna@example.org", Organisation: "Tiny hospital", Roles: []string{"researcher"}}

// submitCommand reads the options of a submission.
func (w *world) submitCommand(ctx context.Context, c *command) error {
	s := enclave.Submission{Name: "query.cohort", Study: "story", Params: map[string]string{}, Subject: anna}
	params := false
	for _, arg := range c.args {
		name, value, given := strings.Cut(arg, "=")
		switch {
		case arg == "param":
			params = true
		case !given:
			return fmt.Errorf("submit does not know %q", arg)
		case params:
			s.Params[name] = value
		case name == "study":
			s.Study = value
		case name == "as":
			s.Subject.ID = value + "@example.org"
		case name == "role":
			s.Subject.Roles = []string{value}
		case name == "crash":
			w.probe.die = value
		default:
			return fmt.Errorf("submit does not know %q", arg)
		}
	}
	if err := w.registerDefault(ctx, s.Study); err != nil {
		return err
	}
	s.Text = w.withHeader(s.Study, c.block)
	if err := w.submit(ctx, s); err != nil || w.probe.die == "" {
		return err
	}
	w.probe.revive()
	return w.close()
}

// registerDefault registers the study that most stories ask for, when it is first needed.
func (w *world) registerDefault(ctx context.Context, id string) error {
	if _, ok := w.studies[id]; ok || id != "story" {
		return nil
	}
	return w.register(ctx, defaultFile("study.yaml"))
}

// withHeader puts what the study says of itself before a query that has no header.
func (w *world) withHeader(id, text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "study ") {
		return text
	}
	s, ok := w.studies[id]
	if !ok {
		return "study \"Nobody's\" version \"1\" purpose DUO:0000006 approval \"CE-1\"\n" + text
	}
	return fmt.Sprintf("study %q version \"1\" purpose %s approval %q\n", s.Title, strings.Join(s.Purpose, ", "), s.Approval.ID) + text
}
