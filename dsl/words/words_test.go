package words_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/words"
	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) { deptest.Only(t) }

func TestReservedIsSortedWithoutRepeats(t *testing.T) {
	if list := strings.Fields(words.Reserved); !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
		t.Error(list)
	}
}
