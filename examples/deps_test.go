package examples

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestImports(t *testing.T) { deptest.Only(t) }
