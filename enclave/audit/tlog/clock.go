package tlog

import (
	"os"
	"path/filepath"
	"time"

	"github.com/transparency-dev/tessera/api/layout"

	"github.com/officina-enclave/officina/enclave/audit/inspect"
)

// followClock dates a checkpoint of the future back to now. Tessera's POSIX driver publishes a checkpoint once the one
// before is older than an interval, by the time of its file: after a clock was set back by an hour it would publish
// none for an hour. What fails here shows when the checkpoint does not come.
func followClock(dir string) {
	path, now := filepath.Join(inspect.Tree(dir), layout.CheckpointPath), time.Now()
	if info, err := os.Stat(path); err == nil && info.ModTime().After(now) {
		_ = os.Chtimes(path, now, now)
	}
}
