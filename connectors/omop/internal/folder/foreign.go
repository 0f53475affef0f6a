package folder

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// kindOf says by its first bytes what a file is that is not a zip archive, and what to do; "" for an archive.
func kindOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("PK")): // APPNOTE.TXT, section 4.3
		return ""
	case len(head) >= 20 && string(head[8:12]) == "DUCK": // checksum, magic, storage version
		return fmt.Sprintf("is a DuckDB database of storage version %d, which is not read; "+
			"export its tables with the DuckDB that made it (EXPORT DATABASE 'folder' (FORMAT csv, HEADER)) and give the folder",
			binary.LittleEndian.Uint64(head[12:20]))
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")), bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "is a compressed file; unpack it, and give the folder"
	}
	return "is neither a folder nor a zip archive; give one that holds the tables as CSV or Parquet files"
}

// databaseKind says by its name that a file is a database or an archive, which might be taken for the data.
func databaseKind(base string) string {
	base = strings.ToLower(base)
	switch {
	case strings.HasSuffix(base, ".duckdb"):
		return "a DuckDB database"
	case strings.HasSuffix(base, ".sqlite"), strings.HasSuffix(base, ".db"):
		return "a database"
	case strings.HasSuffix(base, ".zip"), strings.HasSuffix(base, ".tar.xz"), strings.HasSuffix(base, ".tar.gz"):
		return "an archive"
	}
	return ""
}
