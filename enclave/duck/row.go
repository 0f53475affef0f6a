package duck

import (
	"database/sql/driver"
	"fmt"
	"math/big"
	"time"
)

// set fills r with raw, each value in the one Go type that Row documents.
func (r Row) set(raw []driver.Value) error {
	for i, v := range raw {
		switch v := v.(type) {
		case nil, bool, int64, uint64, float64, string, time.Time, *big.Int:
			r[i] = v
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
