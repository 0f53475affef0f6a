package csv

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/officina-enclave/officina/connectors"
)

// file is an open data file after its header.
type file struct {
	name   string
	header []string
	rows   *csv.Reader
	disk   *counter
}

// counter counts the bytes that were read from disk.
type counter struct {
	*os.File
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	c.n += int64(n)
	return n, err
}

const byteOrderMark = "\ufeff"

func (t *table) open(root *os.Root) (*file, error) {
	disk, err := root.Open(t.File)
	if err != nil {
		return nil, &connectors.Error{File: t.File, Reason: "cannot be opened; is it below the data folder?", Err: err}
	}
	f := &file{name: t.File, disk: &counter{File: disk}}
	if err := f.begin(t.comma()[0]); err != nil {
		disk.Close()
		return nil, err
	}
	return f, nil
}

// begin reads the header.
func (f *file) begin(comma rune) error {
	text := io.Reader(f.disk)
	if strings.HasSuffix(f.name, ".gz") {
		unzip, err := gzip.NewReader(f.disk)
		if err != nil {
			return f.fault(err)
		}
		text = unzip
	}
	buffered := bufio.NewReaderSize(text, 1<<16)
	if mark, _ := buffered.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = buffered.Discard(len(byteOrderMark)) // just peeked
	}
	f.rows = csv.NewReader(buffered)
	f.rows.Comma, f.rows.ReuseRecord = comma, true
	header, err := f.next()
	if errors.Is(err, io.EOF) {
		return &connectors.Error{File: f.name, Reason: "is empty; the first line must hold the headers"}
	}
	if err != nil {
		return err
	}
	f.header = slices.Clone(header)
	return f.uniqueHeaders()
}

func (f *file) uniqueHeaders() error {
	for i, h := range f.header {
		if slices.Contains(f.header[:i], h) {
			return &connectors.Error{File: f.name, Line: 1, Column: h, Reason: "the header stands twice; rename one"}
		}
	}
	return nil
}

// next returns the next record, valid until the call after, or io.EOF.
func (f *file) next() ([]string, error) {
	record, err := f.rows.Read()
	if err != nil {
		return nil, f.fault(err)
	}
	for i, text := range record {
		if !utf8.ValidString(text) {
			line, _ := f.rows.FieldPos(i)
			return nil, &connectors.Error{File: f.name, Line: line, Column: f.column(i), Reason: "is not UTF-8; convert the file"}
		}
	}
	return record, nil
}

// column names the i-th column; before the header is known, by its number.
func (f *file) column(i int) string {
	if i < len(f.header) {
		return f.header[i]
	}
	return fmt.Sprint(i + 1)
}

func (f *file) index(header string) int { return slices.Index(f.header, header) }

// fault says what is wrong with the file. io.EOF stays what it is.
func (f *file) fault(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &parse):
		return &connectors.Error{File: f.name, Line: parse.StartLine, Reason: f.syntax(parse.Err)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &connectors.Error{File: f.name, Reason: "the compressed file is cut short; fetch it again", Err: err}
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return &connectors.Error{File: f.name, Reason: "is not a sound gzip file; fetch it again", Err: err}
	}
	return &connectors.Error{File: f.name, Reason: "cannot be read", Err: err}
}

func (f *file) syntax(err error) string {
	if errors.Is(err, csv.ErrFieldCount) {
		return fmt.Sprintf("the row has more or fewer cells than the %d of the header", len(f.header))
	}
	return "a quotation mark is out of place; quote the whole cell and double the marks within"
}
