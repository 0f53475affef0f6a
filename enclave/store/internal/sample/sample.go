// Package sample writes and reads small Parquet files with arrow-go, an implementation that shares no code with ours.
// Only tests import it.
package sample

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Marker begins every string value. It must never be seen on a disk.
const Marker = "PLAIN-PATIENT-"

// Columns of the sample table, in order.
var Columns = []string{"person", "start", "code", "value", "label"}

// Shape says how to write the table.
type Shape struct {
	Rows     int
	GroupLen int64 // rows a row group; 0: all in one
	PageSize int64 // bytes; 0: the writer's choice
	Codec    compress.Compression
	Version2 bool // DataPageV2
	Plain    bool // no dictionaries
	Salt     int  // other values for another salt
}

var schema = arrow.NewSchema([]arrow.Field{
	{Name: "person", Type: arrow.PrimitiveTypes.Uint32},
	{Name: "start", Type: arrow.FixedWidthTypes.Date32},
	{Name: "code", Type: arrow.PrimitiveTypes.Uint32},
	{Name: "value", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "label", Type: arrow.BinaryTypes.String},
}, nil)

// Row returns the values of row i as text, in the order of Columns.
func Row(s Shape, i int) []string {
	value := "(null)"
	if i%5 != 0 {
		value = fmt.Sprint(float64(i+s.Salt) / 4)
	}
	return []string{
		fmt.Sprint(i / 3), fmt.Sprint(arrow.Date32(15000 + i%900).FormattedString()), fmt.Sprint(i/100 + s.Salt), value,
		fmt.Sprintf("%s%d", Marker, i%70+s.Salt),
	}
}

// Parquet writes the table. It is sorted by code: row i has code i/100 + Salt.
func Parquet(t testing.TB, s Shape) []byte {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := range s.Rows {
		b.Field(0).(*array.Uint32Builder).Append(uint32(i / 3))
		b.Field(1).(*array.Date32Builder).Append(arrow.Date32(15000 + i%900))
		b.Field(2).(*array.Uint32Builder).Append(uint32(i/100 + s.Salt))
		if i%5 == 0 {
			b.Field(3).AppendNull()
		} else {
			b.Field(3).(*array.Float64Builder).Append(float64(i+s.Salt) / 4)
		}
		b.Field(4).(*array.StringBuilder).Append(fmt.Sprintf("%s%d", Marker, i%70+s.Salt))
	}
	record := b.NewRecordBatch()
	defer record.Release()
	return write(t, record, s)
}

func write(t testing.TB, record arrow.RecordBatch, s Shape) []byte {
	t.Helper()
	options := []parquet.WriterProperty{parquet.WithCompression(s.Codec), parquet.WithDictionaryDefault(!s.Plain), parquet.WithStats(true)}
	if s.PageSize > 0 {
		options = append(options, parquet.WithDataPageSize(s.PageSize), parquet.WithBatchSize(64))
	}
	if s.Version2 {
		options = append(options, parquet.WithDataPageVersion(parquet.DataPageV2))
	}
	length := s.GroupLen
	if length == 0 {
		length = int64(max(s.Rows, 1))
	}
	table := array.NewTableFromRecords(schema, []arrow.RecordBatch{record})
	defer table.Release()
	var out bytes.Buffer
	if err := pqarrow.WriteTable(table, &out, length, parquet.NewWriterProperties(options...), pqarrow.DefaultWriterProps()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Read reads Parquet and returns its column names and its rows as text. For a sealed file, keys maps "" to the footer
// key and columns to theirs; for a plain one it is nil. The reader must not run in parallel on sealed files.
func Read(in parquet.ReaderAtSeeker, keys map[string][]byte) (names []string, rows [][]string, err error) {
	defer func() {
		if p := recover(); p != nil { // arrow-go panics on some malformed files
			err = fmt.Errorf("arrow-go: panic: %v", p)
		}
	}()
	props := parquet.NewReaderProperties(memory.DefaultAllocator)
	if keys != nil {
		props.FileDecryptProps = decryption(keys)
	}
	r, err := file.NewParquetReader(in, file.WithReadProps(props))
	if err != nil {
		return nil, nil, err
	}
	fr, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{Parallel: false}, memory.DefaultAllocator)
	if err != nil {
		return nil, nil, err
	}
	table, err := fr.ReadTable(context.Background())
	if err != nil {
		return nil, nil, err
	}
	defer table.Release()
	return text(table)
}

func decryption(keys map[string][]byte) *parquet.FileDecryptionProperties {
	columns := parquet.ColumnPathToDecryptionPropsMap{}
	for name, key := range keys {
		if name != "" {
			columns[name] = parquet.NewColumnDecryptionProperties(name, parquet.WithDecryptKey(string(key)))
		}
	}
	return parquet.NewFileDecryptionProperties(parquet.WithFooterKey(string(keys[""])), parquet.WithColumnKeys(columns))
}

func text(table arrow.Table) (names []string, rows [][]string, err error) {
	for _, f := range table.Schema().Fields() {
		names = append(names, f.Name)
	}
	rows = make([][]string, table.NumRows())
	for c := range int(table.NumCols()) {
		i := 0
		for _, chunk := range table.Column(c).Data().Chunks() {
			for k := range chunk.Len() {
				rows[i] = append(rows[i], chunk.ValueStr(k))
				i++
			}
		}
	}
	return names, rows, nil
}

// Bytes makes a reader of b.
func Bytes(b []byte) parquet.ReaderAtSeeker { return bytes.NewReader(b) }

var _ io.ReaderAt = Bytes(nil)
