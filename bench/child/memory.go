package child

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Footprint is the memory that a process holds, in bytes: its resident set, and its memory files, whose pages count as
// resident only while they are mapped (and are then not counted twice).
func Footprint(pid int) (int64, error) {
	resident, err := status(pid, "VmRSS")
	if err != nil {
		return 0, err
	}
	mapped, err := status(pid, "RssShmem")
	if err != nil {
		return 0, err
	}
	files, err := memoryFiles(pid)
	return resident - mapped + files, err
}

// HighWater is the largest resident set that a process has had, in bytes.
func HighWater(pid int) (int64, error) { return status(pid, "VmHWM") }

// status reads a size of proc_pid_status(5), in bytes.
func status(pid int, field string) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, field+":"); ok {
			kib, err := strconv.ParseInt(strings.Fields(size)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("no %s of process %d", field, pid)
}

// memoryFiles sums the pages of the memory files (memfd_create(2)) that a process has open, each once.
func memoryFiles(pid int) (sum int64, err error) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	open, err := os.ReadDir(dir)
	seen := map[uint64]bool{}
	for _, f := range open {
		path := filepath.Join(dir, f.Name())
		target, gone := os.Readlink(path)
		if gone != nil || !strings.HasPrefix(target, "/memfd:") {
			continue
		}
		var s syscall.Stat_t
		if syscall.Stat(path, &s) == nil && !seen[s.Ino] {
			seen[s.Ino] = true
			sum += s.Blocks * 512
		}
	}
	return sum, err
}
