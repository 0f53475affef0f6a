package lsp

import (
	"fmt"
	"strings"
)

func (s *server) completion(p positionParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	c := d.desk.Complete(d.text, offsetOf(d.text, p.Position))
	at := newLines(d.text).rangeOf(c.From, c.To)
	typed := d.text[min(c.From, len(d.text)):min(c.To, len(d.text))]
	items := make([]completionItem, len(c.Items))
	for i, item := range c.Items {
		items[i] = completionItem{Label: item.Label, Kind: itemKinds[item.Kind], Detail: item.Detail, Documentation: item.Help,
			SortText: fmt.Sprintf("%04d", i), TextEdit: textEdit{at, item.Label}}
		if item.Kind == "code" { // found by label, so the editor must not filter by the code
			items[i].FilterText = typed
			items[i].Label, items[i].Detail = strings.TrimSpace(item.Label+" "+item.Detail), ""
		}
	}
	return map[string]any{"isIncomplete": true, "items": items}, nil
}

func (s *server) hover(p positionParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	note, ok := d.desk.Hover(d.text, offsetOf(d.text, p.Position))
	if !ok {
		return nil, nil
	}
	return map[string]any{"contents": map[string]any{"kind": "markdown", "value": note.Text}, "range": newLines(d.text).span(note.Span)}, nil
}

func (s *server) definition(p positionParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	span, ok := d.desk.Definition(d.text, offsetOf(d.text, p.Position))
	if !ok {
		return nil, nil
	}
	return map[string]any{"uri": p.TextDocument.URI, "range": newLines(d.text).span(span)}, nil
}

// formatting replaces the whole text, or nothing. A text with faults of its grammar is left alone and the client is told.
func (s *server) formatting(p documentParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	text, list := d.desk.Format(d.text)
	if list.Failed() {
		return nil, &failure{requestFailed, "it cannot be laid out: " + list.Error()}
	}
	if text == d.text {
		return []textEdit{}, nil
	}
	return []textEdit{{newLines(d.text).rangeOf(0, len(d.text)), text}}, nil
}

func (s *server) documentSymbol(p documentParams) (any, error) {
	d, err := s.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return symbols(newLines(d.text), d.desk.Symbols(d.text)), nil
}
