package terminal

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Patience is how long a task runs before a bar appears.
const Patience = time.Second

// Progress is a bar that appears when a task takes longer than [Patience], and only on a terminal. Its
// methods may be called from several goroutines.
type Progress struct {
	mu      sync.Mutex
	w       io.Writer // nil: never shown
	what    string
	total   int64
	done    int64
	started time.Time
	bar     *progressbar.ProgressBar // nil until it appears
}

// NewProgress starts a task of total steps (bytes, rows, queries) that what names. Bars belong on standard
// error: on any other writer than a terminal nothing is written.
func NewProgress(w io.Writer, what string, total int64) *Progress {
	if !StyleOf(w).Lines {
		w = nil
	}
	return newProgress(w, what, total)
}

func newProgress(w io.Writer, what string, total int64) *Progress {
	return &Progress{w: w, what: clean(what), total: max(total, 1), started: time.Now()}
}

// Add tells that n more steps are done.
func (p *Progress) Add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = min(p.done+n, p.total)
	if p.w == nil || time.Since(p.started) < Patience {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(p.total,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription(p.what),
			progressbar.OptionSetWidth(barWidth),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetRenderBlankState(false))
	}
	// A bar that cannot be drawn is no reason to stop the task.
	_ = p.bar.Set64(p.done)
}

// Close ends the task and wipes the bar.
func (p *Progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
	}
	p.w = nil
}
