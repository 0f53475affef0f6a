package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// editor is a client of a real `cohort lsp`, over its standard input and output.
type editor struct {
	*jrpc2.Client
	process *exec.Cmd
	in      io.WriteCloser
	told    chan jrpc2.Request
}

func startEditor(t testing.TB, args ...string) *editor {
	t.Helper()
	cmd := exec.Command("cohort", append([]string{"lsp"}, args...)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &editor{process: cmd, in: in, told: make(chan jrpc2.Request, 100)}
	e.Client = jrpc2.NewClient(channel.LSP(out, in), &jrpc2.ClientOptions{OnNotify: func(r *jrpc2.Request) { e.told <- *r }})
	t.Cleanup(func() { e.Client.Close(); cmd.Process.Kill(); cmd.Wait() })
	return e
}

// exitCode waits for the process.
func (e *editor) exitCode(t testing.TB) int {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- e.process.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		return 0
	case <-time.After(10 * time.Second):
		t.Fatal("cohort lsp does not end")
		return -1
	}
}

// notification waits for the next one of a method.
func (e *editor) notification(t testing.TB, method string) json.RawMessage {
	t.Helper()
	for {
		select {
		case r := <-e.told:
			if r.Method() == method {
				return json.RawMessage(r.ParamString())
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no %s", method)
		}
	}
}

// Each testdata/lsp/*.txtar is an exchange with a server: a section "ask METHOD" or "say METHOD" with its parameters, and
// what the server answers: "answer", or "told METHOD" of what it says by itself. DIR is the folder of the examples.
func TestLSP(t *testing.T) {
	files, err := filepath.Glob("testdata/lsp/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no exchanges")
	}
	dir, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			e := startEditor(t)
			var answer string
			for i, f := range a.Files {
				verb, method, _ := strings.Cut(f.Name, " ")
				params := json.RawMessage(strings.ReplaceAll(string(f.Data), "DIR", dir))
				switch verb {
				case "ask":
					answer = e.ask(method, params)
				case "say":
					if err := e.Notify(context.Background(), method, params); err != nil {
						t.Fatal(err)
					}
				case "told", "answer":
					if verb == "told" {
						answer = indented(e.notification(t, method))
					}
					answer = strings.ReplaceAll(answer, dir, "DIR")
					if diff := cmp.Diff(string(f.Data), answer); diff != "" && !*update {
						t.Errorf("%s after %s (-want +got):\n%s", f.Name, a.Files[i-1].Name, diff)
					}
					a.Files[i].Data = []byte(answer)
				default:
					t.Fatalf("what is %s?", f.Name)
				}
			}
			if old, _ := os.ReadFile(file); *update && !bytes.Equal(old, txtar.Format(a)) {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// ask is the answer to a request, or its error.
func (e *editor) ask(method string, params json.RawMessage) string {
	var p any = params
	if len(bytes.TrimSpace(params)) == 0 {
		p = nil
	}
	r, err := e.Call(context.Background(), method, p)
	var failed *jrpc2.Error
	if errors.As(err, &failed) {
		return fmt.Sprintf("error %d: %s\n", failed.Code, failed.Message)
	} else if err != nil {
		return err.Error() + "\n"
	}
	var raw json.RawMessage
	if err := r.UnmarshalResult(&raw); err != nil {
		return err.Error() + "\n"
	}
	return indented(raw)
}

// indented is one item of a list a line, as lists of completions are long.
func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return err.Error()
	}
	return strings.NewReplacer(`[{"label"`, "[\n{\"label\"", `},{"label"`, "},\n{\"label\"", `},{"code"`, "},\n{\"code\"", `"diagnostics":[{`, "\"diagnostics\":[\n{",
		`},{"range"`, "},\n{\"range\"").Replace(b.String()) + "\n"
}

// raw writes bytes to a server, waits until it has answered all that is wanted or has ended, and then ends its input.
func raw(t *testing.T, input string, want []string) (output string, code int) {
	t.Helper()
	cmd := exec.Command("cohort", "lsp")
	out := &transcript{}
	cmd.Stdout = out
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(in, input) // a server that refuses the beginning reads no more
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	deadline := time.After(10 * time.Second)
	for closed := false; ; {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				return out.String(), exit.ExitCode()
			}
			return out.String(), 0
		case <-deadline:
			cmd.Process.Kill()
			t.Fatalf("no end; so far %q", out)
		case <-time.After(5 * time.Millisecond):
			if !closed && out.has(want) && !strings.Contains(input, `"exit"`) {
				in.Close()
				closed = true
			}
		}
	}
}

// transcript is what a process has written so far.
type transcript struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

func (w *transcript) has(all []string) bool {
	text := w.String()
	return !slices.ContainsFunc(all, func(part string) bool { return !strings.Contains(text, part) })
}

func frame(message string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(message), message)
}

// A broken message is answered with an error, and the next one is answered as ever; a broken frame ends the server.
func TestLSPBrokenMessages(t *testing.T) {
	start := frame(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`)
	end := frame(`{"jsonrpc":"2.0","id":2,"method":"shutdown"}`) + frame(`{"jsonrpc":"2.0","method":"exit"}`)
	for name, c := range map[string]struct {
		input string
		want  []string
		code  int
	}{
		"broken JSON":    {start + frame(`{"jsonrpc":`) + end, []string{`"code":-32700`, `"id":2`}, 0},
		"no object":      {start + frame(`17`) + end, []string{`"error"`, `"id":2`}, 0},
		"unknown method": {start + frame(`{"jsonrpc":"2.0","id":9,"method":"textDocument/rename","params":{}}`) + end, []string{`"code":-32601`, `"id":2`}, 0},
		"unknown notice": {start + frame(`{"jsonrpc":"2.0","method":"textDocument/willSave","params":{}}`) + end, []string{`"id":2`}, 0},
		"wrong params":   {start + frame(`{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{"position":"here"}}`) + end, []string{`"code":-32602`, `"id":2`}, 0},
		"too long":       {start + frame(strings.Repeat(" ", 5<<20)) + end, []string{`"code":-32700`, `"id":2`}, 0},
		"no length":      {start + "Content-Type: x\r\n\r\n{}", []string{`"id":1`}, 1},
		"no header":      {"hello\r\n", nil, 1},
		"no shutdown":    {start + frame(`{"jsonrpc":"2.0","method":"exit"}`), []string{`"id":1`}, 1},
		"end of input":   {start, []string{`"id":1`}, 1},
		"nothing":        {"", nil, 1},
		"not started":    {frame(`{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{}}`) + start + end, []string{`"code":-32002`, `"id":2`}, 0},
		"after shutdown": {start + frame(`{"jsonrpc":"2.0","id":3,"method":"shutdown"}`) +
			frame(`{"jsonrpc":"2.0","id":9,"method":"textDocument/hover","params":{}}`) + end, []string{`"code":-32600`}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, code := raw(t, c.input, c.want)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in %q", want, got)
				}
			}
			if code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
		})
	}
}

// A text above the limit of the language is refused by a diagnostic, and everything else is still answered.
func TestLSPHugeText(t *testing.T) {
	e := startEditor(t)
	ctx := context.Background()
	if _, err := e.Call(ctx, "initialize", map[string]any{}); err != nil {
		t.Fatal(err)
	}
	document := map[string]any{"uri": "untitled:1", "version": 1, "languageId": "cohort", "text": strings.Repeat("# ə\n", 60_000)}
	if err := e.Notify(ctx, "textDocument/didOpen", map[string]any{"textDocument": document}); err != nil {
		t.Fatal(err)
	}
	if got := string(e.notification(t, "textDocument/publishDiagnostics")); !strings.Contains(got, "too-long") {
		t.Errorf("got %s", got)
	}
	at := map[string]any{"textDocument": document, "position": map[string]any{"line": 50_000, "character": 2}}
	for _, method := range []string{"completion", "hover", "definition", "documentSymbol"} {
		if _, err := e.Call(ctx, "textDocument/"+method, at); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
	if _, err := e.Call(ctx, "shutdown", nil); err != nil {
		t.Error(err)
	}
	e.Notify(ctx, "exit", nil)
	if code := e.exitCode(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
