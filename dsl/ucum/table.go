package ucum

import (
	_ "embed"
	"math/big"
	"strings"
	"sync"
)

//go:embed units.txt
var unitsText string

// atom is a line of units.txt.
type atom struct {
	unit
	metric  bool // takes prefixes
	special bool // a scale or a logarithm: cannot be multiplied or divided
}

// prefixes of UCUM, section 4.1 and 4.7. The letters that are not ASCII are not UCUM; see [Suggest].
var prefixes = map[string]*big.Rat{
	"Y": power(24), "Z": power(21), "E": power(18), "P": power(15), "T": power(12), "G": power(9), "M": power(6),
	"k": power(3), "h": power(2), "da": power(1), "d": power(-1), "c": power(-2), "m": power(-3), "u": power(-6),
	"n": power(-9), "p": power(-12), "f": power(-15), "a": power(-18), "z": power(-21), "y": power(-24),
	"Ki": big.NewRat(1<<10, 1), "Mi": big.NewRat(1<<20, 1), "Gi": big.NewRat(1<<30, 1), "Ti": big.NewRat(1<<40, 1),
}

func power(n int64) *big.Rat { return raise(big.NewRat(10, 1), n) }

// atoms are the units of units.txt by code. The file is part of the program, and a test reads all of it.
var atoms = sync.OnceValue(func() map[string]atom {
	out := map[string]atom{}
	for line := range strings.Lines(unitsText) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		out[f[0]] = define(f, out)
	}
	return out
})

// define reads the fields of a line. What it refers to stands before it.
func define(f []string, known map[string]atom) atom {
	a := atom{metric: f[1] == "+"}
	a.factor = big.NewRat(1, 1)
	switch f[2] {
	case "base", "own", "log":
		a.special = f[2] == "log"
		a.up = dimension{f[0]: 1}
	case "scale":
		a.special = f[0] != "K"
		a.up, a.zero = dimension{"K": 1}, number(f[4])
		a.factor = number(f[3])
	default:
		of, err := parse(f[3], known)
		if err != nil {
			panic("units.txt: " + f[0] + ": " + err.Error()) // the table is a constant of the program
		}
		a.up, a.factor = of.net(), new(big.Rat).Mul(number(f[2]), of.factor)
	}
	return a
}

func number(text string) *big.Rat {
	x, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("units.txt: " + text + " is not a number") // as above
	}
	return x
}
