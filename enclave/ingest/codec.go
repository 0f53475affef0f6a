package ingest

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/officina-enclave/officina/enclave/duck"
)

// codec writes rows of stored values as bytes: for each column a byte that says whether there is a value, then the
// value.
type codec []column

// column reads and writes the values of one type, as duck.Sorter takes them.
type column struct {
	encode func(out []byte, v any) []byte
	decode func(in []byte) (v any, rest []byte)
}

func codecOf(columns []duck.Column) codec {
	out := make(codec, len(columns))
	for i, c := range columns {
		out[i] = types[c.Type]
	}
	return out
}

var little = binary.LittleEndian

var types = map[duck.Type]column{
	duck.Boolean: {
		func(out []byte, v any) []byte {
			if v.(bool) {
				return append(out, 1)
			}
			return append(out, 0)
		},
		func(in []byte) (any, []byte) { return in[0] == 1, in[1:] },
	},
	duck.UInteger: {
		func(out []byte, v any) []byte { return little.AppendUint32(out, v.(uint32)) },
		func(in []byte) (any, []byte) { return little.Uint32(in), in[4:] },
	},
	duck.BigInt: {
		func(out []byte, v any) []byte { return little.AppendUint64(out, uint64(v.(int64))) },
		func(in []byte) (any, []byte) { return int64(little.Uint64(in)), in[8:] },
	},
	duck.Double: {
		func(out []byte, v any) []byte { return little.AppendUint64(out, math.Float64bits(v.(float64))) },
		func(in []byte) (any, []byte) { return math.Float64frombits(little.Uint64(in)), in[8:] },
	},
	duck.Date:      seconds,
	duck.Timestamp: seconds,
	duck.Varchar: {
		func(out []byte, v any) []byte {
			text := v.(string)
			return append(binary.AppendUvarint(out, uint64(len(text))), text...)
		},
		func(in []byte) (any, []byte) {
			n, width := binary.Uvarint(in)
			in = in[width:]
			return string(in[:n]), in[n:]
		},
	},
}

// seconds since 1970
var seconds = column{
	func(out []byte, v any) []byte { return little.AppendUint64(out, uint64(v.(time.Time).Unix())) },
	func(in []byte) (any, []byte) { return time.Unix(int64(little.Uint64(in)), 0).UTC(), in[8:] },
}

func (c codec) encode(out []byte, row []any) []byte {
	for i, v := range row {
		if v == nil {
			out = append(out, 0)
			continue
		}
		out = c[i].encode(append(out, 1), v)
	}
	return out
}

// each yields the rows that in holds. The row is the same slice each time.
func (c codec) each(in []byte, yield func(row []any) error) error {
	row := make([]any, len(c))
	for len(in) > 0 {
		for i := range c {
			known := in[0] == 1
			in = in[1:]
			if row[i] = nil; known {
				row[i], in = c[i].decode(in)
			}
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}
