package reference

import (
	"math"
	"math/big"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// double is a number as a double; ok is false for what is missing.
func double(v any) (x float64, ok bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// as brings a number to a type: a whole number that is to be any number becomes a double.
func as(of catalog.Type, v any) any {
	if n, ok := v.(int64); ok && of.Kind == catalog.Number {
		return float64(n)
	}
	return v
}

// whole is n if it fits 64 bits, else missing.
func whole(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	return nil
}

// arith is missing if l or r is.
func arith(op string, of catalog.Type, l, r any) any {
	if of.Kind == catalog.Int {
		a, okA := l.(int64)
		b, okB := r.(int64)
		if !okA || !okB {
			return nil
		}
		return arithWhole(op, big.NewInt(a), big.NewInt(b))
	}
	a, okA := double(l)
	b, okB := double(r)
	if !okA || !okB || op == "/" && b == 0 {
		return nil
	}
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	}
	fail("there is no calculation %s", op)
	return nil
}

func arithWhole(op string, a, b *big.Int) any {
	switch op {
	case "+":
		return whole(new(big.Int).Add(a, b))
	case "-":
		return whole(new(big.Int).Sub(a, b))
	case "*":
		return whole(new(big.Int).Mul(a, b))
	}
	fail("there is no calculation %s of whole numbers", op)
	return nil
}

// convert changes the unit. The product is rounded before the offset is added.
func convert(v any, factor, offset float64) any {
	x, ok := double(v)
	if !ok {
		return nil
	}
	return float64(x*factor) + offset
}

// call is missing if an argument is.
func call(fn string, of catalog.Type, args []any) any {
	if slices.Contains(args, nil) {
		return nil
	}
	switch fn {
	case "least":
		return as(of, slices.MinFunc(args, order))
	case "greatest":
		return as(of, slices.MaxFunc(args, order))
	}
	if n, ok := args[0].(int64); ok && of.Kind == catalog.Int {
		return callWhole(fn, n)
	}
	x, _ := double(args[0])
	switch fn {
	case "abs":
		return math.Abs(x)
	case "round": // halves away from zero
		return math.Round(x)
	case "floor":
		return math.Floor(x)
	}
	fail("there is no function %s", fn)
	return nil
}

func callWhole(fn string, n int64) any {
	switch fn {
	case "abs":
		return whole(new(big.Int).Abs(big.NewInt(n)))
	case "round", "floor":
		return n
	}
	fail("there is no function %s", fn)
	return nil
}
