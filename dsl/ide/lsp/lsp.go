// Package lsp serves editors over the Language Server Protocol, version 3.17
// (https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification), on one stream.
//
// It keeps the open documents, asks a [ide.Desk] about them, and translates places: the protocol counts UTF-16 units,
// the desk bytes. What it offers is in [capabilities]. Documents are sent in full at each change; their faults are told a
// moment after the last one.
//
// Messages are answered one after the other, in their order (rpc.go): the protocol asks for an order of changes and
// requests, and no answer takes long. Libraries for JSON-RPC answer side by side and drop what is pending when the stream
// ends (jrpc2, which is the client in the tests), or are no longer kept (go.lsp.dev/protocol, glsp).
//
// A message that is no JSON, or is longer than [MaxFrame], is answered with an error and the server goes on; a broken
// frame ends it.
package lsp

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/officina-enclave/officina/dsl/ide"
)

// pause is how long the server waits after a change before it tells the faults.
const pause = 150 * time.Millisecond

// Desks finds the desk for a file; path is "" for a text that is not in a file. The error is shown to the user, once.
type Desks func(path string) (*ide.Desk, error)

// ErrNoShutdown says that the client went away without the request `shutdown`.
var ErrNoShutdown = errors.New("the editor ended the connection without `shutdown`")

// server is one connection.
type server struct {
	desks   Desks
	version string
	out     *writer

	mu        sync.Mutex
	documents map[string]*document
	told      map[string]bool // messages that were shown
	ready     bool            // initialize was called
	down      bool            // shutdown was called
}

// document is an open text.
type document struct {
	text    string
	version int
	desk    *ide.Desk
	timer   *time.Timer // tells the faults
}

// Serve answers one client until it says exit or closes the stream. It returns nil after a `shutdown`.
func Serve(in io.Reader, out io.Writer, version string, desks Desks) error {
	s := &server{desks: desks, version: version, out: &writer{to: out}, documents: map[string]*document{}, told: map[string]bool{}}
	s.loop(newReader(in))
	s.mu.Lock()
	defer s.mu.Unlock()
	for uri := range s.documents {
		s.close(uri)
	}
	if !s.down {
		return ErrNoShutdown
	}
	return nil
}

// methods answers the methods of the protocol that this server has.
func (s *server) methods() map[string]method {
	return map[string]method{
		"initialize":                      with(s.initialize),
		"shutdown":                        with(s.shutdown),
		"workspace/didChangeWatchedFiles": with(s.refresh),
		"textDocument/didOpen":            with(s.didOpen),
		"textDocument/didChange":          with(s.didChange),
		"textDocument/didClose":           with(s.didClose),
		"textDocument/completion":         with(s.completion),
		"textDocument/hover":              with(s.hover),
		"textDocument/definition":         with(s.definition),
		"textDocument/formatting":         with(s.formatting),
		"textDocument/documentSymbol":     with(s.documentSymbol),
	}
}

func (s *server) initialize(struct{}) (any, error) {
	if s.ready {
		return nil, &failure{invalidRequest, "initialize was called before"}
	}
	s.ready = true
	return map[string]any{"capabilities": capabilities, "serverInfo": map[string]any{"name": "cohort", "version": s.version}}, nil
}

func (s *server) shutdown(struct{}) (any, error) {
	s.down = true
	return nil, nil
}

// refresh looks at all documents anew: a catalog changed.
func (s *server) refresh(struct{}) (any, error) {
	for uri, d := range s.documents {
		d.desk = s.desk(uri)
		d.timer.Reset(0)
	}
	return nil, nil
}

func (s *server) didOpen(p openParams) (any, error) {
	uri := p.TextDocument.URI
	s.close(uri)
	d := &document{text: p.TextDocument.Text, version: p.TextDocument.Version, desk: s.desk(uri)}
	d.timer = time.AfterFunc(0, func() { s.publish(uri, d) })
	s.documents[uri] = d
	go d.desk.Warm()
	return nil, nil
}

func (s *server) didChange(p changeParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil || len(p.ContentChanges) == 0 {
		return nil, err
	}
	d.text = p.ContentChanges[len(p.ContentChanges)-1].Text
	d.version = p.TextDocument.Version
	d.desk = s.desk(p.TextDocument.URI) // the catalog may have changed
	d.timer.Reset(pause)
	return nil, nil
}

func (s *server) didClose(p documentParams) (any, error) {
	s.close(p.TextDocument.URI)
	s.out.notify("textDocument/publishDiagnostics", map[string]any{"uri": p.TextDocument.URI, "diagnostics": []any{}})
	return nil, nil
}

func (s *server) close(uri string) {
	if d, ok := s.documents[uri]; ok {
		d.timer.Stop()
		delete(s.documents, uri)
	}
}

// publish tells the faults of a document, unless it was changed or closed meanwhile.
func (s *server) publish(uri string, d *document) {
	s.mu.Lock()
	text, version, desk := d.text, d.version, d.desk
	s.mu.Unlock()
	list := desk.Diagnose(name(uri), text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.documents[uri] == d && d.version == version {
		s.out.notify("textDocument/publishDiagnostics",
			map[string]any{"uri": uri, "version": version, "diagnostics": diagnostics(uri, text, list)})
	}
}

// desk finds the desk of a document; without a catalog it knows the language only, and the user is told why.
func (s *server) desk(uri string) *ide.Desk {
	desk, err := s.desks(path(uri))
	if err != nil && !s.told[err.Error()] {
		s.told[err.Error()] = true
		s.out.notify("window/showMessage", map[string]any{"type": 2, "message": err.Error()})
	}
	return desk
}

// document is an open document.
func (s *server) document(uri string) (*document, error) {
	d, ok := s.documents[uri]
	if !ok {
		return nil, &failure{invalidParams, "the document is not open"}
	}
	return d, nil
}
