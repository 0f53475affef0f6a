package releasetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The planted values: one person has them, one in every column of every table.
const (
	markerText   = "MARKERXQ7"
	markerInt    = 987654321
	markerNumber = 7654321.125
	markerDay    = "1987-06-05"
	markerStart  = "2013-07-29"
	markerEnd    = "2013-08-30"
)

// spellings are the forms in which a marker could be found, in a text or in the bytes of a file.
var spellings = [][]byte{
	[]byte(markerText), []byte("987654321"), []byte("7654321.125"), []byte("7.654321125e+06"),
	[]byte(markerDay), []byte(markerStart), []byte(markerEnd), []byte("05/06/1987"), []byte("29/07/2013"),
	binary.LittleEndian.AppendUint64(nil, markerInt), binary.LittleEndian.AppendUint64(nil, math.Float64bits(markerNumber)),
}

// said gathers everything that anybody was told.
type said struct {
	t     *testing.T
	dir   string // the data folder
	texts int
}

// tell checks that a text holds no marker.
func (s *said) tell(about string, what ...any) {
	s.t.Helper()
	for _, x := range what {
		if err, ok := x.(error); ok && err != nil {
			x = fmt.Sprintf("%v\n%+v\n%#v", err, err, err)
		}
		text, ok := x.([]byte)
		if !ok {
			text = fmt.Append(nil, x)
		}
		s.texts++
		if found := marked(text); found != "" {
			s.t.Errorf("%s tells a patient's value, %s:\n%.2000q", about, found, text)
		}
	}
}

func marked(text []byte) string {
	for _, m := range spellings {
		if bytes.Contains(text, m) {
			return fmt.Sprintf("%q", m)
		}
	}
	return ""
}

// folder checks that no file of the data folder holds a marker in plain. The audit log goes on meanwhile: a
// temporary file of it may be gone before it is read.
func (s *said) folder(when string) {
	s.t.Helper()
	files := 0
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		files++
		s.tell(when+": the file "+path, text, path)
		return err
	})
	if err != nil || files == 0 {
		s.t.Errorf("%s: %d files, %v", when, files, err)
	}
}

// The search finds what it looks for.
func TestMarkedFinds(t *testing.T) {
	for _, text := range [][]byte{
		[]byte(`could not convert "MARKERXQ7"`), []byte("row 987654321 is odd"), fmt.Append(nil, float64(markerNumber)),
		slices.Concat([]byte("PAR1"), binary.LittleEndian.AppendUint64(nil, markerInt)),
	} {
		if marked(text) == "" {
			t.Errorf("not found in %q", text)
		}
	}
	if marked([]byte("person 12, 2020-01-01")) != "" {
		t.Error("found where nothing is")
	}
}
