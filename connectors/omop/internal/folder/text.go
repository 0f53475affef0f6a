package folder

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/internal/parquet"
)

const byteOrderMark = "\ufeff"

// maxLine is the length of the longest line of a tab-delimited file.
const maxLine = 1 << 20

// text reads a delimited file.
type text struct {
	name    string
	headers []string
	record  func() (record []string, line int, err error)
}

func (r *Rows) openText(disk fs.File, want []Column) error {
	info, err := disk.Stat()
	if err != nil {
		return r.fault(err)
	}
	counted := &counter{Reader: disk}
	r.share = func() float64 { return min(1, float64(counted.n)/float64(max(1, info.Size()))) }
	t := &text{name: r.name}
	if err := t.begin(counted); err != nil {
		return err
	}
	r.read = t.next
	return r.place(t.headers, want)
}

// counter counts the bytes of a file's content, compressed where the file itself is.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// begin reads the headers, and chooses the format by them.
func (t *text) begin(in io.Reader) error {
	if strings.HasSuffix(strings.ToLower(t.name), ".gz") {
		unzip, err := gzip.NewReader(in)
		if err != nil {
			return t.noHeaders(err)
		}
		in = unzip
	}
	buffered := bufio.NewReaderSize(in, 1<<16)
	if mark, _ := buffered.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = buffered.Discard(len(byteOrderMark)) // just peeked
	}
	head, _ := buffered.Peek(buffered.Size()) // a fault shows again when the rows are read
	first, _, _ := bytes.Cut(head, []byte("\n"))
	if bytes.ContainsRune(first, '\t') {
		t.record = lines(buffered)
	} else {
		t.record = records(buffered)
	}
	headers, _, err := t.next()
	if err != nil {
		return t.noHeaders(err)
	}
	for _, h := range headers {
		t.headers = append(t.headers, strings.ToLower(h))
	}
	for i, h := range t.headers {
		if slices.Contains(t.headers[:i], h) {
			return &connectors.Error{File: t.name, Line: 1, Column: h, Reason: "the header stands twice; keep one"}
		}
	}
	return nil
}

// noHeaders says why there are none.
func (t *text) noHeaders(err error) error {
	if errors.Is(err, io.EOF) {
		return &connectors.Error{File: t.name, Reason: "is empty; the first line must hold the headers"}
	}
	return t.fault(err)
}

// records reads RFC 4180.
func records(in io.Reader) func() ([]string, int, error) {
	r := csv.NewReader(in)
	r.ReuseRecord, r.FieldsPerRecord = true, -1 // the width is checked in next
	return func() ([]string, int, error) {
		record, err := r.Read()
		if err != nil {
			return nil, 0, err
		}
		line, _ := r.FieldPos(0)
		return record, line, nil
	}
}

// lines reads tab-delimited text without quoting. Empty lines are passed over, as in RFC 4180 files.
func lines(in io.Reader) func() ([]string, int, error) {
	s := bufio.NewScanner(in)
	s.Buffer(nil, maxLine)
	line := 0
	var record []string // of the last row, which is valid until the next
	return func() ([]string, int, error) {
		for s.Scan() {
			line++
			if row := s.Text(); row != "" {
				record = slices.AppendSeq(record[:0], strings.SplitSeq(row, "\t"))
				return record, line, nil
			}
		}
		if err := s.Err(); err != nil {
			return nil, line + 1, err
		}
		return nil, 0, io.EOF
	}
}

// next returns the next record of the headers' width.
func (t *text) next() ([]string, int, error) {
	record, line, err := t.record()
	if err != nil {
		return nil, 0, t.fault(err)
	}
	if n := len(t.headers); n > 0 && len(record) != n {
		return nil, 0, t.ragged(line, len(record))
	}
	for i, cell := range record {
		if !utf8.ValidString(cell) {
			return nil, 0, &connectors.Error{File: t.name, Line: line, Column: t.column(i), Reason: "is not UTF-8; convert the file"}
		}
	}
	return record, line, nil
}

// ragged tells a row that ends early, as the last one of a file that was cut short, or goes on too long.
func (t *text) ragged(line, cells int) error {
	e := &connectors.Error{File: t.name, Line: line}
	e.Reason = fmt.Sprintf("the row has %d cells, more than the %d of the header", cells, len(t.headers))
	if cells < len(t.headers) {
		e.Column = t.headers[cells]
		e.Reason = fmt.Sprintf("the row ends before this column, after %d of %d cells; was the file cut short?", cells, len(t.headers))
	}
	return e
}

// column names the i-th column; before the headers are known, by its number.
func (t *text) column(i int) string {
	if i < len(t.headers) {
		return t.headers[i]
	}
	return fmt.Sprint(i + 1)
}

// fault says what is wrong with the file. io.EOF stays what it is.
func (t *text) fault(err error) error {
	var parse *csv.ParseError
	var corrupt flate.CorruptInputError
	var told *connectors.Error
	e := &connectors.Error{File: t.name, Reason: "cannot be read", Err: err}
	switch {
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &told):
		return told
	case errors.As(err, &parse):
		e.Line = parse.StartLine
		e.Reason = "a quotation mark is out of place; was the file cut short? Else quote the whole cell and double the marks within"
	case errors.Is(err, bufio.ErrTooLong):
		e.Reason = fmt.Sprintf("a line has more than %d bytes", maxLine)
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Reason = "the compressed file is cut short; fetch it again"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum), errors.As(err, &corrupt):
		e.Reason = "the compressed file is damaged; fetch it again"
	}
	return e
}

// inputOf gives random access to a file: itself on disk, a copy in memory from an archive.
func inputOf(disk fs.File) (parquet.Input, error) {
	if in, ok := disk.(parquet.Input); ok {
		return in, nil
	}
	all, err := io.ReadAll(io.LimitReader(disk, MaxZipped+1))
	switch {
	case err != nil:
		return nil, (&text{}).fault(err) // without a name: its reader has it
	case len(all) > MaxZipped:
		return nil, &connectors.Error{Reason: fmt.Sprintf("has more than %d bytes; unpack the archive, and give the folder", MaxZipped)}
	}
	return bytes.NewReader(all), nil
}
