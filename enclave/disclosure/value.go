package disclosure

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Value is a released number, or the mark that there is none to show. The zero Value is the mark. Numbers
// come out of [Apply] or of the JSON of a table, and cannot be made otherwise.
type Value struct{ number json.Number }

// The status of a value in JSON.
const (
	statusOK         = "ok"
	statusSuppressed = "suppressed"
)

// Shown tells whether v is a number.
func (v Value) Shown() bool { return v.number != "" }

// String returns the digits of v as released, or "suppressed".
func (v Value) String() string {
	if !v.Shown() {
		return statusSuppressed
	}
	return v.number.String()
}

// Float returns v as a number; ok is false for the mark.
func (v Value) Float() (x float64, ok bool) {
	x, err := v.number.Float64()
	return x, err == nil
}

// document is the JSON form of a Value.
type document struct {
	Status string      `json:"status"`
	Value  json.Number `json:"value,omitempty"`
}

// MarshalJSON writes {"status":"ok","value":120} or {"status":"suppressed"}.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.Shown() {
		return json.Marshal(document{Status: statusSuppressed})
	}
	return json.Marshal(document{statusOK, v.number})
}

// UnmarshalJSON reads what MarshalJSON writes, and nothing else: a mark with a number is an [ErrDocument].
func (v *Value) UnmarshalJSON(text []byte) error {
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return fmt.Errorf("%w: a value has a status and, when it is ok, a number", ErrDocument)
	}
	if d.Status != statusOK && d.Status != statusSuppressed || (d.Status == statusOK) != (d.Value != "") {
		return fmt.Errorf("%w: a value is ok with a number, or suppressed without", ErrDocument)
	}
	v.number = d.Value
	return nil
}

func count(n int64) Value { return Value{json.Number(strconv.FormatInt(n, 10))} }

// figure is x with three significant digits, in the shortest spelling that JSON has for it.
func figure(x float64) Value {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	if err != nil {
		return Value{}
	}
	text, err := json.Marshal(rounded)
	if err != nil {
		return Value{}
	}
	return Value{json.Number(text)}
}

// int returns a released count; 0 for the mark.
func (v Value) int() int64 {
	n, _ := v.number.Int64()
	return n
}
