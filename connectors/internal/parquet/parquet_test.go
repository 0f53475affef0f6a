package parquet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	arrowparquet "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/officina-enclave/officina/connectors/internal/parquet"
	"github.com/officina-enclave/officina/internal/deptest"
)

// kinds are columns of two rows, the second missing, and how the first is read.
var kinds = []struct {
	name, want string
	kind       arrow.DataType
	append     func(array.Builder)
}{
	{"Text", "a\nb", arrow.BinaryTypes.String, func(b array.Builder) { b.(*array.StringBuilder).Append("a\nb") }},
	{"large", "x", arrow.BinaryTypes.LargeString, func(b array.Builder) { b.(*array.LargeStringBuilder).Append("x") }},
	{"bytes", "é", arrow.BinaryTypes.Binary, func(b array.Builder) { b.(*array.BinaryBuilder).Append([]byte("é")) }},
	{"flag", "true", arrow.FixedWidthTypes.Boolean, func(b array.Builder) { b.(*array.BooleanBuilder).Append(true) }},
	{"int32", "-7", arrow.PrimitiveTypes.Int32, func(b array.Builder) { b.(*array.Int32Builder).Append(-7) }},
	{"int64", "9223372036854775807", arrow.PrimitiveTypes.Int64, func(b array.Builder) { b.(*array.Int64Builder).Append(math.MaxInt64) }},
	{"uint64", "18446744073709551615", arrow.PrimitiveTypes.Uint64, func(b array.Builder) { b.(*array.Uint64Builder).Append(math.MaxUint64) }},
	{"float32", "0.1", arrow.PrimitiveTypes.Float32, func(b array.Builder) { b.(*array.Float32Builder).Append(0.1) }},
	{"float64", "48.1", arrow.PrimitiveTypes.Float64, func(b array.Builder) { b.(*array.Float64Builder).Append(48.1) }},
	{"nan", "", arrow.PrimitiveTypes.Float64, func(b array.Builder) { b.(*array.Float64Builder).Append(math.NaN()) }},
	{"decimal", "-1.5", &arrow.Decimal128Type{Precision: 10, Scale: 2}, func(b array.Builder) {
		b.(*array.Decimal128Builder).Append(decimal128.FromI64(-150))
	}},
	{"date", "1969-12-31", arrow.FixedWidthTypes.Date32, func(b array.Builder) { b.(*array.Date32Builder).Append(-1) }},
	{"stamp", "1970-01-01 00:00:01", &arrow.TimestampType{Unit: arrow.Microsecond}, func(b array.Builder) {
		b.(*array.TimestampBuilder).Append(1_500_000)
	}},
	{"word", "emergency", &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, func(b array.Builder) {
		_ = b.(*array.BinaryDictionaryBuilder).AppendString("emergency")
	}},
}

// sample writes the kinds and a list to a file.
func sample(t *testing.T) []byte {
	t.Helper()
	var fields []arrow.Field
	var columns []arrow.Array
	for _, k := range kinds {
		b := array.NewBuilder(memory.DefaultAllocator, k.kind)
		k.append(b)
		b.AppendNull()
		fields = append(fields, arrow.Field{Name: k.name, Type: k.kind, Nullable: true})
		columns = append(columns, b.NewArray())
	}
	b := array.NewListBuilder(memory.DefaultAllocator, arrow.PrimitiveTypes.Int64)
	b.AppendNull()
	b.AppendNull()
	fields = append(fields, arrow.Field{Name: "list", Type: arrow.ListOf(arrow.PrimitiveTypes.Int64), Nullable: true})
	schema := arrow.NewSchema(fields, nil)
	record := array.NewRecordBatch(schema, append(columns, b.NewArray()), 2)
	var out bytes.Buffer
	props := arrowparquet.NewWriterProperties(arrowparquet.WithCompression(compress.Codecs.Zstd))
	w, err := pqarrow.NewFileWriter(schema, &out, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err == nil {
		err = errors.Join(w.Write(record), w.Write(record), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(ctx context.Context, data []byte, names ...string) (rows [][]string, err error) {
	f, err := parquet.Open(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := f.Rows(ctx, names)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, append([]string(nil), row...))
	}
}

func TestKinds(t *testing.T) {
	data := sample(t)
	for _, k := range kinds {
		rows, err := read(t.Context(), data, strings.ToLower(k.name))
		if got, want := fmt.Sprintf("%q", rows), fmt.Sprintf("%q", [][]string{{k.want}, {""}, {k.want}, {""}}); err != nil || got != want {
			t.Errorf("%s: %s, error %v; want %s", k.name, got, err, want)
		}
	}
}

func TestColumnsComeInTheWantedOrder(t *testing.T) {
	rows, err := read(t.Context(), sample(t), "date", "text", "date")
	if err != nil || len(rows) != 4 || strings.Join(rows[0], "|") != "1969-12-31|a\nb|1969-12-31" {
		t.Errorf("rows %q, error %v", rows, err)
	}
	f, err := parquet.Open(bytes.NewReader(sample(t)))
	if err != nil || f.NumRows() != 4 || f.Columns()[0] != "text" || len(f.Columns()) != len(kinds)+1 {
		t.Errorf("%d rows, columns %q, error %v", f.NumRows(), f.Columns(), err)
	}
}

func TestFaults(t *testing.T) {
	data := sample(t)
	for name, want := range map[string]string{
		"list":  `column "list": is not a plain column; flatten it`,
		"other": `column "other": is not in the file`,
	} {
		if _, err := read(t.Context(), data, name); err == nil || err.Error() != want {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
	for _, cut := range []int{0, 4, len(data) / 2, len(data) - 1} {
		if _, err := read(t.Context(), data[:cut], "text"); !errors.Is(err, parquet.ErrMalformed) {
			t.Errorf("cut to %d bytes: error is %v, want ErrMalformed", cut, err)
		}
	}
}

// Files with a wrong byte are read or refused, nothing panics, and none takes more memory than arrow-go allows a page
// (256 MiB; an Arrow schema left in a file once took 11 GB).
func TestWrongBytes(t *testing.T) {
	data, random, refused := sample(t), rand.New(rand.NewPCG(1, 2)), 0
	for range 1000 {
		wrong := bytes.Clone(data)
		wrong[random.IntN(len(wrong))] ^= byte(1 + random.IntN(255))
		before := allocated()
		if _, err := read(t.Context(), wrong, "text", "int64", "decimal", "word"); err != nil {
			refused++
		}
		if took := allocated() - before; took > 300<<20 {
			t.Errorf("a file of %d bytes took %d MB", len(wrong), took>>20)
		}
	}
	if refused < 250 {
		t.Errorf("%d of 1000 files refused; does the test still reach the data?", refused)
	}
}

// allocated is how many bytes the process has ever asked for.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestDependencies(t *testing.T) { deptest.Only(t) }
