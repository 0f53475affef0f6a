// Package pme reads and writes Apache Parquet Modular Encryption: AES_GCM_V1, encrypted footer, flat schemas.
//
// [Seal] turns plain Parquet into sealed Parquet without decoding a value: each page, page header, column metadata and
// the footer becomes an AES-GCM module whose AAD names the file, the row group, the column and the page. [Open] reads
// a sealed file's footer; [File.Unlock] opens the metadata of columns, [File.Select] picks row groups by it, and
// [File.Extract] writes plain Parquet of just these columns and row groups.
//
// Nothing is believed before its tag was checked, save lengths, the algorithm and the key names, which are checked
// against what the caller expects. Sources: parquet-format/Encryption.md and parquet.thrift, version 2.10; the
// numbers of fields below are those of parquet.thrift.
//
// Limits: flat schemas only; at most 32,767 row groups, columns and pages a chunk (ordinals are 16-bit); footers up to
// 64 MiB; no bloom filters and no page indexes (they are dropped).
package pme

import (
	"encoding/binary"
	"fmt"
	"io"
)

const (
	plainMagic  = "PAR1"
	sealedMagic = "PARE"
	maxOrdinal  = 1<<15 - 1
	maxFooter   = 64 << 20
	maxCrypto   = 4 << 10 // FileCryptoMetaData is read before anything is authenticated
)

// FileMetaData
const (
	metaSchema       = 2
	metaRows         = 3
	metaRowGroups    = 4
	metaKeyValues    = 5
	metaColumnOrders = 7
)

// SchemaElement
const (
	schemaType       = 1
	schemaRepetition = 3 // 2 is REPEATED
	schemaName       = 4
	schemaChildren   = 5
	schemaConverted  = 6
	schemaLogical    = 10
)

// RowGroup
const (
	groupColumns = 1
	groupRows    = 3
	groupSorting = 4
	groupOffset  = 5
	groupSize    = 6
	groupOrdinal = 7
)

// ColumnChunk
const (
	chunkPath   = 1
	chunkOffset = 2
	chunkMeta   = 3
	chunkCrypto = 8
	chunkSealed = 9
)

// chunkIndexes place the page indexes of a ColumnChunk.
var chunkIndexes = []int16{4, 5, 6, 7}

// ColumnMetaData
const (
	columnPath         = 3
	columnUncompressed = 6
	columnCompressed   = 7
	columnDataPage     = 9
	columnIndexPage    = 10
	columnDictionary   = 11
	columnStatistics   = 12
	columnBloom        = 14
	columnBloomLength  = 15
)

// PageHeader
const (
	pageType         = 1 // dictionaryPage, or data
	pageUncompressed = 2
	pageCompressed   = 3
	pageCRC          = 4

	dictionaryPage = 2
)

// FileCryptoMetaData, EncryptionAlgorithm, AesGcmV1, ColumnCryptoMetaData, EncryptionWithColumnKey
const (
	cryptoAlgorithm = 1
	cryptoKey       = 2
	algorithmGCM    = 1
	gcmPrefix       = 1
	gcmUnique       = 2
	gcmSupply       = 3
	withFooterKey   = 1
	withColumnKey   = 2
	columnKeyPath   = 1
	columnKeyID     = 2
)

// Tail reads what stands after the last column chunk: the footer, its length and the magic, of a sealed file or a
// plain one. size is the size of the file.
func Tail(src io.ReaderAt, size int64) ([]byte, error) {
	var end [8]byte
	if size < 12 {
		return nil, fmt.Errorf("%w: %d bytes are no Parquet file", ErrTruncated, size)
	}
	if err := readFull(src, end[:], size-8); err != nil {
		return nil, err
	}
	if m := string(end[4:]); m != plainMagic && m != sealedMagic {
		return nil, ErrTruncated
	}
	n := int64(binary.LittleEndian.Uint32(end[:])) + 8
	if n > size-4 || n > maxFooter {
		return nil, fmt.Errorf("%w: its footer would take %d bytes", ErrTruncated, n)
	}
	tail := make([]byte, n)
	return tail, readFull(src, tail, size-n)
}

// readFull reads len(b) bytes at off. It never maps the file: a map of a file that somebody cuts is SIGBUS.
func readFull(src io.ReaderAt, b []byte, off int64) error {
	n, err := src.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == io.EOF {
		return ErrTruncated
	}
	return err
}

func checkMagic(src io.ReaderAt, want string) error {
	var head [4]byte
	if err := readFull(src, head[:], 0); err != nil {
		return err
	}
	if string(head[:]) != want {
		return ErrModule
	}
	return nil
}

// column is a leaf of the flat schema.
type column struct {
	name     string
	schema   value
	unsigned bool // its integers compare as unsigned ones
}

// columns reads the flat schema of a footer.
func columns(meta object) ([]column, error) {
	schema := meta.list(metaSchema)
	if len(schema) < 2 || len(schema) > maxOrdinal {
		return nil, fmt.Errorf("%w: %d schema elements", ErrLayout, len(schema))
	}
	out := make([]column, 0, len(schema)-1)
	seen := map[string]bool{}
	for _, e := range schema[1:] {
		name := string(e.obj.text(schemaName))
		children, _ := e.obj.integer(schemaChildren)
		if r, _ := e.obj.integer(schemaRepetition); children > 0 || r == 2 || seen[name] {
			return nil, fmt.Errorf("%w: column %q is nested, repeated or doubled; write flat tables", ErrLayout, name)
		}
		seen[name] = true
		out = append(out, column{name, e, unsigned(e.obj)})
	}
	return out, nil
}

// unsigned reads ConvertedType UINT_8 (11) to UINT_64 (14), or LogicalType INTEGER (10) with isSigned (2) false.
func unsigned(schema object) bool {
	if c, ok := schema.integer(schemaConverted); ok {
		return c >= 11 && c <= 14
	}
	logical, _ := schema.object(schemaLogical)
	integer, ok := logical.object(10)
	signed, _ := integer.integer(2)
	return ok && signed == 0
}

// span returns where the pages of a column chunk are, within a file of size bytes.
func span(meta object, size int64) (start, length int64, err error) {
	start, ok := meta.integer(columnDataPage)
	length, ok2 := meta.integer(columnCompressed)
	if ok2 && length == 0 {
		return 4, 0, nil // a row group without rows has no pages
	}
	if dict, has := meta.integer(columnDictionary); has && dict > 0 && (dict < start || start == 0) {
		start = dict
	}
	if !ok || !ok2 || start < 4 || length < 0 || length > size || start > size-length {
		return 0, 0, fmt.Errorf("%w: a column chunk lies outside the file", ErrTruncated)
	}
	return start, length, nil
}
