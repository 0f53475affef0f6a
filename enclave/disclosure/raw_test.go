package disclosure_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/disclosure/rawtest"
)

// secret is a count that no output of a Raw may hold, in any base that a verb prints.
const secret = 31337

func secretStory() story {
	return parse(`{terms: {min_cell: 10, round_to: 5}, reports: [{kind: count, cells: [{keys: [], persons: 31337}]}]}`)
}

func secretRaw() *disclosure.Raw {
	s := secretStory()
	return disclosure.NewRaw(s.plan(), s.counts())
}

func TestRawPrintsNothing(t *testing.T) {
	raw := secretRaw()
	for _, verb := range strings.Split("v +v #v s q d x X o b t e g f c U 5d -5v +q #x", " ") {
		for _, x := range []any{raw, *raw} {
			if got := fmt.Sprintf("%"+verb, x); got != "raw: withheld" {
				t.Errorf("%%%s of %T printed %q", verb, x, got)
			}
		}
	}
}

func TestRawInsideOtherValuesPrintsNothing(t *testing.T) {
	raw := secretRaw()
	type holder struct {
		Exported   *disclosure.Raw
		Value      disclosure.Raw
		unexported *disclosure.Raw
		inside     disclosure.Raw
	}
	h := holder{raw, *raw, raw, *raw}
	for _, x := range []any{h, &h, []*disclosure.Raw{raw}, map[string]disclosure.Raw{"a": *raw}, fmt.Errorf("run: %v", raw)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			refuseSecret(t, verb, fmt.Sprintf(verb, x))
		}
	}
}

func refuseSecret(t *testing.T, how, output string) {
	t.Helper()
	for _, form := range []string{"%d", "%x", "%X", "%o", "%b"} {
		if strings.Contains(output, fmt.Sprintf(form, secret)) {
			t.Errorf("%s gave away the cell: %s", how, output)
		}
	}
}

func TestRawLogsNothing(t *testing.T) {
	var b bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		log := slog.New(h)
		log.Info("ran", "raw", secretRaw(), "value", *secretRaw(), slog.Any("list", []any{secretRaw()}))
	}
	refuseSecret(t, "slog", b.String())
	if got := strings.Count(b.String(), "raw: withheld"); got < 4 {
		t.Errorf("log shows %d times that raw cells were withheld, want at least 4:\n%s", got, b.String())
	}
}

func TestRawEncodesNothing(t *testing.T) {
	raw := secretRaw()
	if text, err := json.Marshal(map[string]any{"p": raw, "v": *raw}); err == nil && string(text) != `{"p":{},"v":{}}` {
		t.Errorf("JSON of raw cells: %s", text)
	}
	//lint:ignore SA9005 that nothing is encoded is what this test shows
	if text, err := xml.Marshal(any(raw)); err == nil && string(text) != "<Raw></Raw>" {
		t.Errorf("XML of raw cells: %s", text)
	}
	if err := gob.NewEncoder(&bytes.Buffer{}).Encode(raw); err == nil {
		t.Error("gob encoded raw cells")
	}
}

func TestRawIsAppliedOnce(t *testing.T) {
	s := secretStory()
	p, raw := s.plan(), secretRaw()
	if _, err := disclosure.Apply(p, raw, s.terms()); err != nil {
		t.Fatal(err)
	}
	if _, err := disclosure.Apply(p, raw, s.terms()); !errors.Is(err, disclosure.ErrApplied) {
		t.Errorf("second Apply: %v", err)
	}
}

func TestRawIsAppliedOnceByManyAtOnce(t *testing.T) {
	s := secretStory()
	p, raw := s.plan(), secretRaw()
	var done atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := disclosure.Apply(p, raw, s.terms()); err == nil {
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 {
		t.Errorf("%d of 16 calls applied the same cells", done.Load())
	}
}

func TestRawIsUsedUpByARefusal(t *testing.T) {
	s := secretStory()
	p, raw := s.plan(), secretRaw()
	strict := s.terms()
	strict.MinCell = 0
	if _, err := disclosure.Apply(p, raw, strict); err == nil {
		t.Fatal("terms without a minimum were accepted")
	}
	if _, err := disclosure.Apply(p, raw, s.terms()); !errors.Is(err, disclosure.ErrApplied) {
		t.Errorf("Apply after a refusal: %v", err)
	}
}

func TestRawWithoutCells(t *testing.T) {
	s := secretStory()
	for name, raw := range map[string]*disclosure.Raw{"nil": nil, "zero": {}} {
		if _, err := disclosure.Apply(s.plan(), raw, s.terms()); !errors.Is(err, disclosure.ErrApplied) {
			t.Errorf("Apply of a %s Raw: %v", name, err)
		}
	}
}

func TestApplyOverwritesTheCells(t *testing.T) {
	s := parse(`{terms: {min_cell: 10, round_to: 5}, reports: [{kind: table, by: [{name: sex, keys: [f, m]}],
		cells: [{keys: [1], persons: 31337, values: [1, 2]}]}]}`)
	counts := s.counts()
	cells, keys := counts[0].Cells, counts[0].Cells[0].Keys
	if _, err := disclosure.Apply(s.plan(), disclosure.NewRaw(s.plan(), counts), s.terms()); err != nil {
		t.Fatal(err)
	}
	if c := cells[0]; c.Persons != 0 || c.Recorded != 0 || c.Sum != 0 || c.SumSquares != 0 || c.Largest[0] != 0 || keys[0] != 0 {
		t.Error("cells are still in memory after Apply")
	}
}

func TestRawtestReads(t *testing.T) {
	raw := secretRaw()
	if got := rawtest.Read(t, raw)[0].Cells[0].Persons; got != secret {
		t.Errorf("rawtest read %d persons, want %d", got, secret)
	}
	if got := rawtest.Read(t, raw)[0].Cells[0].Persons; got != secret {
		t.Errorf("second read: %d persons, want %d", got, secret)
	}
}
