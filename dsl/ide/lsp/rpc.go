package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// MaxFrame is the most bytes of a message: a text of 64 KiB fits, however it is escaped.
const MaxFrame = 4 << 20

// The error codes of JSON-RPC 2.0 (section 5.1) and of the Language Server Protocol.
const (
	parseError     = -32700
	invalidRequest = -32600
	methodNotFound = -32601
	invalidParams  = -32602
	internalError  = -32603
	notInitialized = -32002
	requestFailed  = -32803
)

// failure is an error as the client sees it.
type failure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error returns the sentence.
func (f *failure) Error() string { return f.Message }

// message is a request, or a notification when it has no ID.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

// method answers a request; notifications have no answer.
type method func(params json.RawMessage) (any, error)

// with reads the parameters of a method.
func with[P any](do func(P) (any, error)) method {
	return func(params json.RawMessage) (any, error) {
		var p P
		if len(params) > 0 {
			if err := json.Unmarshal(params, &p); err != nil {
				return nil, &failure{invalidParams, "the parameters are not those of the method"}
			}
		}
		return do(p)
	}
}

// loop answers messages until `exit` or the end of the stream.
func (s *server) loop(in *reader) {
	methods := s.methods()
	for {
		text, err := in.next()
		if err != nil {
			return
		}
		var m message
		switch err := json.Unmarshal(text, &m); {
		case err != nil && !json.Valid(text):
			s.out.fail(json.RawMessage("null"), &failure{parseError, "the message is no JSON, or too long"})
			continue
		case err != nil || m.Version != "2.0":
			s.out.fail(json.RawMessage("null"), &failure{invalidRequest, "the message is no request of JSON-RPC 2.0"})
			continue
		case m.Method == "exit":
			return
		case m.Method == "":
			continue // an answer; nothing was asked
		}
		result, err := s.answer(methods, m)
		switch {
		case m.ID == nil:
		case err != nil:
			s.out.fail(m.ID, err)
		default:
			s.out.reply(m.ID, result)
		}
	}
}

// answer calls a method: none but initialize before it, and none after shutdown.
func (s *server) answer(methods map[string]method, m message) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do, ok := methods[m.Method]
	switch {
	case !s.ready && m.Method != "initialize":
		return nil, &failure{notInitialized, "initialize was not called"}
	case s.down:
		return nil, &failure{invalidRequest, "shutdown was called"}
	case !ok:
		return nil, &failure{methodNotFound, "there is no method " + strings.ToValidUTF8(m.Method[:min(len(m.Method), 100)], "")}
	}
	return do(m.Params)
}

// reader cuts a stream into messages, each behind a header with its length ("Base Protocol" of the specification).
type reader struct{ in *bufio.Reader }

func newReader(in io.Reader) *reader { return &reader{bufio.NewReader(in)} }

// next reads a message. One that is too long is passed over and gives no JSON, so that the client gets an error.
func (r *reader) next() ([]byte, error) {
	n, err := r.header()
	if err != nil {
		return nil, err
	}
	if n > MaxFrame {
		_, err := io.CopyN(io.Discard, r.in, int64(n))
		return nil, err
	}
	text := make([]byte, n)
	_, err = io.ReadFull(r.in, text)
	return text, err
}

// header reads the lines before a message and returns its length.
func (r *reader) header() (length int, err error) {
	for length = -1; ; {
		line, err := r.in.ReadSlice('\n') // a line beyond the buffer of 4 KiB is an error
		if err != nil {
			return 0, err
		}
		name, value, ok := strings.Cut(strings.TrimSpace(string(line)), ":")
		switch {
		case strings.EqualFold(name, "Content-Length"):
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || length < 0 {
				return 0, errors.New("a message has no such length")
			}
		case !ok && name == "" && length >= 0:
			return length, nil
		case !ok:
			return 0, errors.New("a message without its length")
		}
	}
}

// writer writes messages, also from several goroutines. A client that is gone is noticed by the reader.
type writer struct {
	mu sync.Mutex
	to io.Writer
}

func (w *writer) notify(method string, params any) {
	w.write(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

func (w *writer) reply(id json.RawMessage, result any) {
	w.write(map[string]any{"jsonrpc": "2.0", "id": id, "result": result})
}

func (w *writer) fail(id json.RawMessage, err error) {
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{internalError, "something failed inside the server"}
	}
	w.write(map[string]any{"jsonrpc": "2.0", "id": id, "error": f})
}

func (w *writer) write(message map[string]any) {
	text, err := json.Marshal(message)
	if err != nil { // no message of this package holds what has no JSON
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.to, "Content-Length: %d\r\n\r\n%s", len(text), text)
}
