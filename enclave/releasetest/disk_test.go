package releasetest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/study"
)

// disk is a small disk of its own, mounted for one test.
type disk struct {
	t    *testing.T
	path string
	full *os.File
}

func mountDisk(t *testing.T) *disk {
	t.Helper()
	path := t.TempDir()
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size=3m"); err != nil {
		t.Skip("NOT TESTED: no small disk can be mounted here:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(path, syscall.MNT_DETACH) })
	return &disk{t: t, path: path}
}

// fill leaves no room on the disk.
func (d *disk) fill() {
	d.t.Helper()
	f, err := os.Create(filepath.Join(d.path, "filler"))
	if err != nil {
		d.t.Fatal(err)
	}
	page := bytes.Repeat([]byte("full "), 800)
	for err == nil {
		_, err = f.Write(page)
	}
	for err = nil; err == nil; { // to the last byte
		_, err = f.Write(page[:1])
	}
	d.full = f
}

// free makes room again.
func (d *disk) free() {
	d.t.Helper()
	if err := errors.Join(d.full.Truncate(0), d.full.Close(), os.Remove(d.full.Name())); err != nil {
		d.t.Fatal(err)
	}
}

// remount makes the disk read-only, or writable again.
func (d *disk) remount(flags uintptr) {
	d.t.Helper()
	if err := syscall.Mount("tmpfs", d.path, "tmpfs", syscall.MS_REMOUNT|flags, ""); err != nil {
		d.t.Fatal(err)
	}
}

// loaded is a data folder on the disk with twenty persons and the default study, which answered once.
func (d *disk) loaded() *world {
	d.t.Helper()
	w := newWorld(d.path, Real)
	if err := errors.Join(w.load(d.t.Context(), mustTables(d.t, 20)), w.register(d.t.Context(), defaultFile("study.yaml"))); err != nil {
		d.t.Fatal(err)
	}
	if got := persons(d.t, w); got != 20 {
		d.t.Fatalf("%d persons", got)
	}
	return w
}

// refused checks that an error is the operator's and says what to do.
func refused(t *testing.T, what string, err error, advice string) {
	t.Helper()
	var told *enclave.Error
	if !errors.As(err, &told) || told.Class != enclave.Unavailable || !strings.Contains(told.Message, advice) {
		t.Errorf("%s: got %v, want unavailable: … %s", what, err, advice)
	}
}

// whole opens the folder anew: its data answer, the log verifies, and a load, a study and a query work.
func (d *disk) whole(w *world, size int) {
	d.t.Helper()
	if err := w.close(); err != nil {
		d.t.Error("closing after the fault:", err)
	}
	if got := persons(d.t, w); got != size {
		d.t.Errorf("%d persons, want %d", got, size)
	}
	verifiedEntries(d.t, w)
	w.audited = 0
	if err := errors.Join(w.load(d.t.Context(), mustTables(d.t, 35)), w.register(d.t.Context(), defaultFile("study.yaml"))); err != nil {
		d.t.Error(err)
	}
	if got := persons(d.t, w); got != 35 {
		d.t.Errorf("%d persons, want the new 35", got)
	}
	verifiedEntries(d.t, w)
	if left := unfinished(d.t, w.dir); len(left) > 0 {
		d.t.Errorf("left over: %v", left)
	}
}

// On a full disk a load, a study and a query fail in the operator's words, and nothing changes; with room again
// everything works, in the same process and in the next one.
func TestFullDisk(t *testing.T) {
	for _, c := range []struct {
		name string
		says string
		do   func(w *world) error
	}{
		{"a load", "nothing was loaded; the old snapshot stays in force", func(w *world) error { return w.load(t.Context(), mustTables(t, 35)) }},
		{"a study", "the study was not registered", func(w *world) error {
			text := []byte(strings.Replace(string(defaultFile("study.yaml")), "id: story", "id: later", 1))
			_, err := w.node.AddStudy(t.Context(), text, study.Sign(w.board, text))
			return err
		}},
		{"a query", "nothing runs and nothing is released", func(w *world) error { return errors.Join(w.submit(t.Context(), killQuery(1)), w.last.err) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := mountDisk(t)
			w := d.loaded()
			defer w.close()
			d.fill()
			err := c.do(w)
			refused(t, c.name, err, "make room on the disk")
			refused(t, c.name, err, c.says)
			if _, err := w.node.Enclave(t.Context(), "tiny"); err != nil {
				t.Errorf("the old data cannot be opened: %v", err)
			}
			if _, err := os.Stat(filepath.Join(w.dir, "studies", "later.yaml")); err == nil {
				t.Error("a study without its record is registered")
			}
			d.free()
			if err := c.do(w); err != nil {
				t.Errorf("with room again, in the same process: %v", err)
			}
			size := 20
			if c.name == "a load" {
				size = 35
			}
			d.whole(w, size)
		})
	}
}

// filling is an engine that fills the disk before or after it ran.
func filling(d *disk, real enclave.Engine) enclave.Engine {
	return faulty{real, func(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error) {
		raw, err := real.Run(ctx, p)
		d.fill()
		return raw, err
	}}
}

// fillingLog fills the disk before it takes an outcome.
type fillingLog struct {
	enclave.Log
	d *disk
}

func (l fillingLog) Append(ctx context.Context, e audit.Entry) (audit.Position, error) {
	if e.Kind == audit.KindOutcome {
		l.d.fill()
	}
	return l.Log.Append(ctx, e)
}

// The disk fills up in the middle of a submission: the answer stays inside, and submitted again the question is answered
// once.
func TestDiskFillsDuringARun(t *testing.T) {
	for name, plant := range map[string]func(d *disk, w *world){
		"before the answer is stored":    func(d *disk, w *world) { w.probe.Engine = filling(d, w.probe.Engine) },
		"before the outcome is recorded": func(d *disk, w *world) { w.probe.Log = fillingLog{w.probe.Log, d} },
	} {
		t.Run(name, func(t *testing.T) {
			d := mountDisk(t)
			w := d.loaded()
			defer w.close()
			plant(d, w)
			err := errors.Join(w.submit(t.Context(), killQuery(1)), w.last.err)
			refused(t, name, err, "make room on the disk")
			d.free()
			w.close()
			askAgain(t, w, []line{{"begins", "1"}})
			verifiedEntries(t, w)
			w.audited = 0
			d.whole(w, 20)
		})
	}
}

// A read-only disk: whoever writes is told so, whoever reads may read, and once it is writable everything works.
func TestReadOnlyDisk(t *testing.T) {
	d := mountDisk(t)
	w := d.loaded()
	defer w.close()
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	d.remount(syscall.MS_RDONLY)
	refused(t, "opening", w.open(t.Context()), "mount the disk writable and try again")
	d.remount(0)
	d.whole(w, 20)
}
