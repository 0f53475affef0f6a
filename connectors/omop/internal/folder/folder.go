// Package folder finds tables in a folder or a zip archive and reads them as rows of text.
//
// A table is a file called NAME.csv, NAME.tsv (each also with .gz behind it) or NAME.parquet, in upper or lower
// case, in the folder itself or one folder below. What is hidden (a name that begins with a point) and what
// macOS puts into archives (__MACOSX) is passed over and counted in [Folder.Notes].
//
// Text files have their headers in the first line. A file with a tab in that line is tab-delimited as OHDSI's Athena
// writes it: no quoting, one row a line. Any other file is comma-delimited by RFC 4180. All is UTF-8.
//
// Limits: one file a table; a Parquet file in a zip archive is held in memory and has at most [MaxZipped] bytes.
package folder

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/connectors"
)

// MaxZipped is the size of the largest Parquet file that is read from a zip archive.
const MaxZipped = 1 << 30

// Folder is an open folder or archive.
type Folder struct {
	files  fs.FS
	close  func() error
	tables map[string]entry
	hidden int      // entries passed over
	others []string // files that are not tables, by path
}

// entry is the file of a table.
type entry struct {
	path string
	size int64 // bytes on disk: compressed, where it lies in an archive
}

// Open looks for tables in the folder or zip archive at location. Close it after use. A fault is a *connectors.Error.
func Open(location string) (*Folder, error) {
	info, err := os.Stat(location)
	if err != nil {
		return nil, &connectors.Error{File: location, Reason: "cannot be opened; give a folder or a zip archive", Err: err}
	}
	f := &Folder{tables: map[string]entry{}}
	if info.IsDir() {
		err = f.openDir(location)
	} else {
		err = f.openZip(location)
	}
	if err != nil {
		return nil, err
	}
	if err := fs.WalkDir(f.files, ".", f.visit); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// openDir reads below the folder only: no link leads out of an os.Root.
func (f *Folder) openDir(location string) error {
	root, err := os.OpenRoot(location)
	if err != nil {
		return &connectors.Error{File: location, Reason: "cannot be opened", Err: err}
	}
	f.files, f.close = root.FS(), root.Close
	return nil
}

func (f *Folder) openZip(location string) error {
	name := filepath.Base(location)
	if reason := foreign(location); reason != "" {
		return &connectors.Error{File: name, Reason: reason}
	}
	archive, err := zip.OpenReader(location)
	if err != nil {
		return &connectors.Error{File: name, Reason: "is not a sound zip archive (cut short?); fetch it again", Err: err}
	}
	f.files, f.close = archive, archive.Close
	return nil
}

// Close releases the folder or archive.
func (f *Folder) Close() error { return f.close() }

// visit notes a file that is a table. Folders below the first level are not looked into.
func (f *Folder) visit(name string, d fs.DirEntry, err error) error {
	if err != nil {
		return &connectors.Error{File: name, Reason: "cannot be read", Err: err}
	}
	hidden := name != "." && strings.HasPrefix(d.Name(), ".") || d.Name() == "__MACOSX"
	switch {
	case d.IsDir() && hidden:
		return f.countHidden(name)
	case d.IsDir() && strings.Count(name, "/") >= 1:
		return fs.SkipDir
	case d.IsDir():
		return nil
	case hidden:
		f.hidden++
		return nil
	}
	table, ok := tableName(d.Name())
	if !ok {
		f.others = append(f.others, name)
		return nil
	}
	if other, twice := f.tables[table]; twice {
		return &connectors.Error{File: name, Reason: fmt.Sprintf("holds the table %s, which %s holds too; keep one", table, other.path)}
	}
	size, err := diskSize(d)
	f.tables[table] = entry{name, size}
	return err
}

// countHidden counts the files of a folder that is passed over.
func (f *Folder) countHidden(dir string) error {
	err := fs.WalkDir(f.files, dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			f.hidden++
		}
		return err
	})
	if err != nil {
		return &connectors.Error{File: dir, Reason: "cannot be read", Err: err}
	}
	return fs.SkipDir
}

// endings are those of files that are tables.
var endings = []string{".csv", ".csv.gz", ".tsv", ".tsv.gz", ".parquet"}

func tableName(base string) (string, bool) {
	base = strings.ToLower(base)
	for _, e := range endings {
		if name, ok := strings.CutSuffix(base, e); ok {
			return name, name != ""
		}
	}
	return "", false
}

func diskSize(d fs.DirEntry) (int64, error) {
	info, err := d.Info()
	if err != nil {
		return 0, err
	}
	if h, ok := info.Sys().(*zip.FileHeader); ok {
		return int64(h.CompressedSize64), nil
	}
	return info.Size(), nil
}

// Names lists the tables in alphabetical order.
func (f *Folder) Names() []string { return slices.Sorted(maps.Keys(f.tables)) }

// Has reports whether the folder has the table.
func (f *Folder) Has(table string) bool { _, ok := f.tables[table]; return ok }

// File is the name of the table's file, for messages.
func (f *Folder) File(table string) string { return f.tables[table].path }

// Size is the number of bytes of the table's file on disk.
func (f *Folder) Size(table string) int64 { return f.tables[table].size }

// Notes says what was passed over, for the data steward.
func (f *Folder) Notes() []string {
	var out []string
	if f.hidden > 0 {
		out = append(out, fmt.Sprintf("hidden files passed over (in __MACOSX, or with a name that begins with a point): %d", f.hidden))
	}
	for _, name := range f.others {
		if kind := databaseKind(path.Base(name)); kind != "" {
			out = append(out, fmt.Sprintf("passed over %s: it is %s, and only CSV and Parquet files are read", name, kind))
		}
	}
	return out
}

// Missing is the error for a folder without the table it needs most.
func (f *Folder) Missing(table string) error {
	e := &connectors.Error{File: table + ".csv", Reason: "there is no such file, nor as .csv.gz, .tsv or .parquet"}
	if notes := f.Notes(); len(notes) > 0 {
		e.Reason += "; " + strings.Join(notes, "; ")
	}
	return e
}

// foreign says why the file is certainly no zip archive, or "".
func foreign(location string) string {
	file, err := os.Open(location)
	if err != nil {
		return "cannot be opened"
	}
	defer file.Close()
	var head [20]byte
	n, err := io.ReadFull(file, head[:])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "is empty; give a folder or a zip archive of CSV or Parquet files"
	}
	return kindOf(head[:n])
}
