package parquet

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// text returns the reader of an array's cells.
func text(a arrow.Array) (func(int) string, error) {
	read, err := known(a)
	if err != nil {
		return nil, err
	}
	return func(i int) string {
		if a.IsNull(i) {
			return ""
		}
		return read(i)
	}, nil
}

// known reads a cell that is not missing.
func known(a arrow.Array) (func(int) string, error) {
	switch a := a.(type) {
	case *array.String:
		return a.Value, nil
	case *array.LargeString:
		return a.Value, nil
	case *array.Binary:
		return a.ValueString, nil
	case *array.Boolean:
		return func(i int) string { return strconv.FormatBool(a.Value(i)) }, nil
	case *array.Float32:
		return func(i int) string { return float(float64(a.Value(i)), 32) }, nil
	case *array.Float64:
		return func(i int) string { return float(a.Value(i), 64) }, nil
	case *array.Date32:
		return func(i int) string { return a.Value(i).ToTime().Format(time.DateOnly) }, nil
	case *array.Timestamp:
		unit := a.DataType().(*arrow.TimestampType).Unit
		return func(i int) string { return a.Value(i).ToTime(unit).Format(time.DateTime) }, nil
	case *array.Dictionary:
		words, err := known(a.Dictionary())
		return func(i int) string { return words(a.GetValueIndex(i)) }, err
	case *array.Null:
		return func(int) string { return "" }, nil
	}
	return number(a)
}

// number reads whole numbers and decimals, which arrow writes in decimal.
func number(a arrow.Array) (func(int) string, error) {
	switch a.DataType().ID() {
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64,
		arrow.DECIMAL32, arrow.DECIMAL64, arrow.DECIMAL128, arrow.DECIMAL256:
		return a.ValueStr, nil
	}
	return nil, fmt.Errorf("is of type %s, which is not read; write text, a number, a date or a timestamp", a.DataType())
}

func float(x float64, bits int) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, bits)
}
