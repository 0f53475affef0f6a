package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		p := newProgress(&b, "ingest", 100)
		time.Sleep(Patience - time.Millisecond)
		p.Add(40)
		if b.Len() > 0 {
			t.Errorf("a bar before %v: %q", Patience, b.String())
		}
		time.Sleep(time.Second)
		p.Add(10)
		if got := b.String(); !strings.Contains(got, "ingest") || !strings.Contains(got, "50%") {
			t.Errorf("after two seconds and half the work: %q", got)
		}
		p.Close()
		if got := b.String(); !strings.HasSuffix(got, "\r") {
			t.Errorf("the bar was left on the screen: %q", got)
		}
	})
}

func TestProgressOfAShortTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		p := newProgress(&b, "query", 2)
		p.Add(1)
		p.Add(5)
		p.Close()
		if b.Len() > 0 {
			t.Errorf("a short task wrote %q", b.String())
		}
	})
}

func TestProgressElsewhere(t *testing.T) {
	name := filepath.Join(t.TempDir(), "stderr")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := NewProgress(f, "ingest", 10)
	p.started = p.started.Add(-time.Minute)
	p.Add(5)
	p.Close()
	if text, err := os.ReadFile(name); err != nil || len(text) > 0 {
		t.Errorf("a bar in a file: %q, %v", text, err)
	}
}

func TestProgressAfterClose(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, "ingest", 10)
	p.started = p.started.Add(-time.Minute)
	p.Close()
	p.Add(5)
	p.Close()
	if b.Len() > 0 {
		t.Errorf("a closed bar wrote %q", b.String())
	}
}

func TestProgressOfManyAtOnce(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, "ingest", 1000)
	p.started = p.started.Add(-time.Minute)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			for range 100 {
				p.Add(1)
			}
		})
	}
	wg.Wait()
	p.Close()
	if p.done != 1000 {
		t.Errorf("%d steps done, want 1000", p.done)
	}
}

func TestProgressOfNothing(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, "\x1b[2Jnothing", 0)
	p.started = p.started.Add(-time.Minute)
	p.Add(1)
	p.Close()
	if strings.Contains(b.String(), "\x1b[2Jnothing") {
		t.Errorf("control characters reached the terminal: %q", b.String())
	}
}
