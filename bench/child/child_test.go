package child

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) { deptest.Only(t) }

// TestMain makes this program a child when it is started as one: it fills as much memory as it is asked to.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == Word {
		var held []int
		if err := Serve(context.Background(), os.Stdin, os.Stdout, func(_ context.Context, r json.RawMessage) (any, error) {
			var size int
			if err := json.Unmarshal(r, &size); err != nil || size < 0 {
				return nil, errors.New("a size, please")
			}
			fd, err := unix.MemfdCreate("test", unix.MFD_CLOEXEC)
			if err != nil {
				return nil, err
			}
			held = append(held, fd)
			return unix.Write(fd, make([]byte, size))
		}); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestProcess(t *testing.T) {
	p, err := Start(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	const size = 64 << 20
	before, err := Footprint(p.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	var written int
	if err := p.Ask(size, &written); err != nil || written != size {
		t.Errorf("wrote %d, %v", written, err)
	}
	if after, err := Footprint(p.cmd.Process.Pid); err != nil || after < before+size {
		t.Errorf("memory files do not count: %d bytes, then %d (%v)", before, after, err)
	}
	if err := p.Ask(-1, &written); err == nil || err.Error() != "a size, please" {
		t.Errorf("the child's error came as %v", err)
	}
	peak, err := p.Close()
	if err != nil || peak <= 0 {
		t.Errorf("peak %d, %v", peak, err)
	}
}
