// Package cli is what the command lines share: how an error is shown, which exit code it has, and --json.
//
// Exit codes are those of docs/errors.md: 0 done, 1 internal, 2 invalid, 3 denied, 4 withheld, 5 exhausted,
// 6 unauthenticated, 7 not found, 8 unavailable.
package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl/diag"
)

// Coder is an error with an exit code of its own; every other error exits with 1.
type Coder interface {
	error
	ExitCode() int
}

// invalid is the exit code of what the user has to mend.
const invalid = 2

// Diagnosed is the error of a text with faults.
type Diagnosed struct {
	File, Source string
	List         diag.List
}

// Error names the first fault.
func (d *Diagnosed) Error() string { return d.List.Error() }

// ExitCode is that of invalid input.
func (d *Diagnosed) ExitCode() int { return invalid }

// Usage is an error of the command line itself.
type Usage struct{ Message string }

// Error returns the message.
func (u *Usage) Error() string { return u.Message }

// ExitCode is that of invalid input.
func (u *Usage) ExitCode() int { return invalid }

// Usagef makes a [Usage].
func Usagef(format string, args ...any) error { return &Usage{fmt.Sprintf(format, args...)} }

// Quiet ends with an exit code and prints nothing: everything was said.
type Quiet int

// Error is for programs; [Main] does not print it.
func (q Quiet) Error() string { return fmt.Sprintf("exit code %d", int(q)) }

// ExitCode returns q.
func (q Quiet) ExitCode() int { return int(q) }

// Main runs a command with the process's arguments until it ends or the user interrupts, and returns the exit code.
func Main(root *cobra.Command) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root.SilenceErrors, root.SilenceUsage = true, true
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what libraries note is not for users; nothing of ours logs
	asJSON := root.PersistentFlags().Bool("json", false, "print JSON instead of text, errors as well")
	return show(os.Stderr, run(ctx, root), *asJSON)
}

// run executes root. What goes wrong before a command begins is an error of usage.
func run(ctx context.Context, root *cobra.Command) error {
	began := false
	note(root, &began)
	c, err := root.ExecuteContextC(ctx)
	if err == nil && !c.Runnable() && c.Flags().NArg() > 0 { // cobra shows help for `enclave audit nonsense`
		err = fmt.Errorf("unknown command %q for %q", c.Flags().Arg(0), c.CommandPath())
	}
	if err != nil && !began {
		return Usagef("%v\nsee `%s --help`", err, c.CommandPath())
	}
	return err
}

// note sets began when a command of the tree begins.
func note(c *cobra.Command, began *bool) {
	if work := c.RunE; work != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			*began = true
			return work(c, args)
		}
	}
	for _, below := range c.Commands() {
		note(below, began)
	}
}

// show prints an error, or each of several that were joined, and returns the exit code of the first.
func show(w io.Writer, err error, asJSON bool) int {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		code := 0
		for _, err := range several.Unwrap() {
			code = cmp.Or(code, show(w, err, asJSON))
		}
		return code
	}
	if err == nil {
		return 0
	}
	code := 1
	var c Coder
	if errors.As(err, &c) {
		code = c.ExitCode()
	}
	var quiet Quiet
	var d *Diagnosed
	switch {
	case errors.As(err, &quiet):
	case asJSON:
		Print(w, failureOf(err, code))
	case errors.As(err, &d):
		diag.Render(w, d.File, d.Source, d.List)
	default:
		fmt.Fprintln(w, err)
	}
	return code
}

// failure is the JSON of an error that has none of its own.
type failure struct {
	Code        string    `json:"code"`
	Exit        int       `json:"exit"`
	Message     string    `json:"message"`
	Diagnostics diag.List `json:"diagnostics,omitempty"`
}

// failureOf returns what is printed of an error as JSON: the error itself when it can write itself so.
func failureOf(err error, code int) any {
	var own interface {
		error
		json.Marshaler
	}
	if errors.As(err, &own) {
		return own
	}
	f := failure{Code: "internal", Exit: code, Message: err.Error()}
	if code == invalid {
		f.Code = "invalid"
	}
	var d *Diagnosed
	if errors.As(err, &d) {
		f.Diagnostics = d.List
	}
	return f
}

// JSON reports whether --json was given.
func JSON(c *cobra.Command) bool {
	on, _ := c.Flags().GetBool("json")
	return on
}

// Print writes v as indented JSON.
func Print(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Say prints a sentence, or v as JSON when --json was given.
func Say(c *cobra.Command, v any, format string, args ...any) error {
	if JSON(c) {
		return Print(c.OutOrStdout(), v)
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), format+"\n", args...)
	return err
}

// ReadFile reads a file, or the standard input when name is "-".
func ReadFile(c *cobra.Command, name string) (string, error) {
	if name == "-" {
		b, err := io.ReadAll(c.InOrStdin())
		return string(b), err
	}
	b, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return "", Usagef("there is no file %s", name)
	}
	if err != nil {
		return "", Usagef("%v", err)
	}
	return string(b), nil
}
