package terminal

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openTerminal returns the two ends of a pseudo-terminal, width characters wide: what a person sees, and
// what a program writes to (pty(7)).
func openTerminal(t *testing.T, width uint16) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width})
	}
	if err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return screen, tty
}

func TestStyleOfATerminal(t *testing.T) {
	_, tty := openTerminal(t, 97)
	for _, c := range []struct {
		noColour, kind string
		want           Style
	}{
		{"", "xterm", Style{Lines: true, Colour: true, Width: 97}},
		{"1", "xterm", Style{Lines: true, Width: 97}},
		{"", "dumb", Style{Lines: true, Width: 97}},
	} {
		t.Setenv("NO_COLOR", c.noColour)
		t.Setenv("TERM", c.kind)
		if got := StyleOf(tty); got != c.want {
			t.Errorf("NO_COLOR=%q TERM=%s: %+v, want %+v", c.noColour, c.kind, got, c.want)
		}
	}
}

func TestProgressOnATerminal(t *testing.T) {
	screen, tty := openTerminal(t, 80)
	p := NewProgress(tty, "ingest", 10)
	p.started = p.started.Add(-time.Minute)
	p.Add(5)
	seen := make([]byte, 1024)
	n, err := screen.Read(seen)
	if err != nil || !bytes.Contains(seen[:n], []byte("ingest")) || !strings.Contains(string(seen[:n]), "50%") {
		t.Errorf("a person sees %q, %v", seen[:n], err)
	}
	p.Close()
}
