package lsp

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/ide"
)

// The messages of the protocol, with the fields that the server reads or writes.

type documentParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
	} `json:"textDocument"`
}

type positionParams struct {
	documentParams
	Position position `json:"position"`
}

type openParams struct {
	TextDocument struct {
		URI     string `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
}

type changeParams struct {
	documentParams
	ContentChanges []struct {
		Text string `json:"text"`
	} `json:"contentChanges"`
}

// position counts lines and UTF-16 units from 0.
type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

type textRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type textEdit struct {
	Range   textRange `json:"range"`
	NewText string    `json:"newText"`
}

type completionItem struct {
	Label         string   `json:"label"`
	Kind          int      `json:"kind"`
	Detail        string   `json:"detail,omitempty"`
	Documentation string   `json:"documentation,omitempty"`
	SortText      string   `json:"sortText"`
	FilterText    string   `json:"filterText,omitempty"`
	TextEdit      textEdit `json:"textEdit"`
}

type diagnostic struct {
	Range    textRange `json:"range"`
	Severity int       `json:"severity"`
	Code     string    `json:"code"`
	Source   string    `json:"source"`
	Message  string    `json:"message"`
	Related  []related `json:"relatedInformation,omitempty"`
}

type related struct {
	Location location `json:"location"`
	Message  string   `json:"message"`
}

type location struct {
	URI   string    `json:"uri"`
	Range textRange `json:"range"`
}

type documentSymbol struct {
	Name           string           `json:"name"`
	Detail         string           `json:"detail,omitempty"`
	Kind           int              `json:"kind"`
	Range          textRange        `json:"range"`
	SelectionRange textRange        `json:"selectionRange"`
	Children       []documentSymbol `json:"children,omitempty"`
}

// capabilities are what the server offers.
var capabilities = map[string]any{
	"positionEncoding":           "utf-16",
	"textDocumentSync":           map[string]any{"openClose": true, "change": 1}, // the full text at each change
	"completionProvider":         map[string]any{"triggerCharacters": []string{":", "\"", ".", "(", " "}},
	"hoverProvider":              true,
	"definitionProvider":         true,
	"documentFormattingProvider": true,
	"documentSymbolProvider":     true,
}

// The numbers of CompletionItemKind and SymbolKind.
var (
	itemKinds = map[string]int{"keyword": 14, "source": 7, "column": 5, "codes": 21, "define": 6, "param": 6, "outcome": 6, "window": 6,
		"cohort": 9, "attribute": 10, "value": 12, "unit": 11, "code": 20, "report": 3, "clause": 10}
	symbolKinds = map[string]int{"study": 4, "codes": 14, "param": 13, "define": 12, "cohort": 5, "window": 13, "outcome": 12, "rule": 17, "report": 6}
)

// diagnostics puts the hints below each sentence.
func diagnostics(uri, text string, list diag.List) []diagnostic {
	at := newLines(text)
	out := make([]diagnostic, len(list))
	for i, d := range list {
		out[i] = diagnostic{Range: at.span(d.Span), Severity: 1, Code: d.Code, Source: "cohort", Message: d.Message}
		if d.Severity == diag.Warning {
			out[i].Severity = 2
		}
		for _, h := range d.Hints {
			out[i].Message += "\nhint: " + h
		}
		for _, r := range d.Related {
			out[i].Related = append(out[i].Related, related{location{uri, at.span(r.Span)}, r.Message})
		}
	}
	return out
}

func symbols(at lines, all []ide.Symbol) []documentSymbol {
	out := make([]documentSymbol, len(all))
	for i, s := range all {
		r := at.span(s.Span)
		name := s.Name
		if strings.TrimSpace(name) == "" {
			name = s.Kind
		}
		out[i] = documentSymbol{name, s.Detail, symbolKinds[s.Kind], r, r, symbols(at, s.Children)}
	}
	return out
}

// path is the file that a URI names; "" when it names none.
func path(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return ""
	}
	return filepath.FromSlash(u.Path)
}

// name is a document's name in messages.
func name(uri string) string {
	if p := path(uri); p != "" {
		return filepath.Base(p)
	}
	return "query.cohort"
}
