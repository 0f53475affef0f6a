package disclosure

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// ErrDocument is the class of errors of reading a table that is not one of ours.
var ErrDocument = errors.New("not a released table")

// Table is a released report, as it is stored and shown.
type Table struct {
	Report     int         `json:"report"` // position in the plan, from 0
	Kind       string      `json:"kind"`   // a key of plan.Kinds
	Title      string      `json:"title,omitempty"`
	Cohort     string      `json:"cohort"`
	Dimensions []Dimension `json:"dimensions"`
	Columns    []Column    `json:"columns"`
	Rows       []Row       `json:"rows"` // every combination of keys, the last dimension fastest
	Total      *Total      `json:"total,omitempty"`
	Cells      int         `json:"cells"`  // counts and statistics asked for; not what is computed of released ones
	Hidden     int         `json:"hidden"` // how many of them carry the mark
	Protection Protection  `json:"protection"`
	Notes      []string    `json:"notes"`
	Tip        string      `json:"tip"` // how to see more
}

// Dimension is what the rows are grouped by. Its last key stands for persons whose value is not recorded,
// unless the plan shows that everybody has one.
type Dimension struct {
	Name string   `json:"name"`
	Keys []string `json:"keys"`
}

// Column describes one number of each row.
type Column struct {
	Name  string `json:"name"`           // its member in a row
	Label string `json:"label"`          // its heading
	Unit  string `json:"unit,omitempty"` // UCUM
}

// Row is one line of a table. A column that has no meaning in it has no value: no mark, nothing.
type Row struct {
	Keys   []string
	Values map[string]Value // by the name of the column
}

// Total is the sum of the shown cells: never of all persons, or the hidden ones could be found.
type Total struct {
	Of      string `json:"of"` // "shown cells"
	Persons Value  `json:"persons"`
}

// Protection is what was done to the table.
type Protection struct {
	Mode    string `json:"mode"`     // "exact"
	MinCell int    `json:"min_cell"` // fewest persons of a cell that is shown
	RoundTo int    `json:"round_to"` // every count of persons is a multiple of this
}

// keysMember is the member of a row that is no column.
const keysMember = "keys"

// MarshalJSON writes the keys and, beside them, one member a column.
func (r Row) MarshalJSON() ([]byte, error) {
	members := map[string]any{keysMember: r.Keys}
	for name, v := range r.Values {
		members[name] = v
	}
	return json.Marshal(members)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Row) UnmarshalJSON(text []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return fmt.Errorf("%w: a row is an object", ErrDocument)
	}
	row := Row{Keys: []string{}, Values: map[string]Value{}}
	if err := json.Unmarshal(members[keysMember], &row.Keys); err != nil {
		return fmt.Errorf("%w: a row has keys, a list of words", ErrDocument)
	}
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return name == keysMember })
	for name, text := range members {
		var v Value
		if err := json.Unmarshal(text, &v); err != nil {
			return err
		}
		row.Values[name] = v
	}
	*r = row
	return nil
}
