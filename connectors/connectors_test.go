package connectors_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/internal/deptest"
)

func TestErrorTellsThePlaceItHas(t *testing.T) {
	for _, c := range []struct {
		err  connectors.Error
		want string
	}{
		{connectors.Error{File: "a.csv", Line: 3, Column: "sex", Reason: "is odd"}, `a.csv:3: column "sex": is odd`},
		{connectors.Error{File: "a.csv", Line: 3, Reason: "is odd"}, "a.csv:3: is odd"},
		{connectors.Error{File: "a.csv", Reason: "is odd", Err: io.ErrUnexpectedEOF}, "a.csv: is odd"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("text is %q, want %q", got, c.want)
		}
	}
	if !errors.Is(&connectors.Error{Err: io.EOF}, io.EOF) {
		t.Error("the cause is lost")
	}
}

func ExampleCell() {
	missing, empty := connectors.Cell{}, connectors.Known("")
	fmt.Println(missing == empty, missing.Known, empty.Known)
	// Output: false false true
}

func TestDependencies(t *testing.T) { deptest.Only(t) }
