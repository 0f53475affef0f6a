package duck

import (
	"database/sql/driver"
	"fmt"
	"math/big"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// set fills r with raw, each value in the one Go type that Row documents.
func (r Row) set(raw []driver.Value) error {
	for i, v := range raw {
		switch v := v.(type) {
		case nil, bool, int64, uint64, float64, string, time.Time, *big.Int:
			r[i] = v
		case duckdb.Decimal:
			r[i] = rational(v)
		case int32:
			r[i] = int64(v)
		case uint32:
			r[i] = int64(v)
		case int16:
			r[i] = int64(v)
		case uint16:
			r[i] = int64(v)
		case int8:
			r[i] = int64(v)
		case uint8:
			r[i] = int64(v)
		case float32:
			r[i] = float64(v)
		default:
			return &Error{Class: Statement, detail: fmt.Sprintf("result column %d has the Go type %T", i+1, v)}
		}
	}
	return nil
}

// rational is the exact value of d.
func rational(d duckdb.Decimal) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil)
	return new(big.Rat).SetFrac(d.Value, scale)
}
