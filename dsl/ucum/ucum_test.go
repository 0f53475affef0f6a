package ucum_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/ucum"
	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/diag")
	deptest.Ban(t, "the compiler is pure Go and sees no data", "runtime/cgo", "net", "os/exec")
}

// cases reads a file of testdata: fields parted by tabs; # begins a comment.
func cases(t *testing.T, file string) (out [][]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != '#' {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

func TestValid(t *testing.T) {
	n := 0
	for _, line := range cases(t, "valid.txt") {
		for _, unit := range strings.Fields(line[0]) {
			if _, err := ucum.Parse(unit); err != nil {
				t.Errorf("%s: %v", unit, err)
			}
			n++
		}
	}
	t.Logf("%d units", n)
}

func TestInvalid(t *testing.T) {
	for _, c := range cases(t, "invalid.txt") {
		u, err := ucum.Parse(c[0])
		if err == nil {
			t.Errorf("%s is read as %v", c[0], u)
			continue
		}
		if err.Error() != c[1] {
			t.Errorf("%s: %v, want %s", c[0], err, c[1])
		}
	}
}

func TestConversions(t *testing.T) {
	for _, c := range cases(t, "conversions.txt") {
		value, from, to, want := c[0], c[1], c[2], c[3]
		x, _ := strconv.ParseFloat(value, 64)
		factor, offset, ok := mustParse(t, from).To(mustParse(t, to))
		got := x*factor + offset
		y, err := strconv.ParseFloat(want, 64)
		switch {
		case want == "no":
			if ok {
				t.Errorf("%s %s converts to %v %s", value, from, got, to)
			}
		case !ok || err != nil || math.Abs(got-y) > 1e-12*math.Abs(y):
			t.Errorf("%s %s is %v %s (%v), want %s", value, from, got, to, ok, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	for _, c := range cases(t, "suggest.txt") {
		if _, err := ucum.Parse(c[0]); err == nil {
			t.Errorf("%s is UCUM already", c[0])
		}
		got, ok := ucum.Suggest(c[0])
		if !ok {
			got = "nothing"
		}
		if got != c[1] {
			t.Errorf("%s: suggests %s, want %s", c[0], got, c[1])
		}
		if _, err := ucum.Parse(got); ok && err != nil {
			t.Errorf("%s: suggests %s: %v", c[0], got, err)
		}
	}
}

func mustParse(t testing.TB, text string) ucum.Unit {
	t.Helper()
	u, err := ucum.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return u
}

// Conversions that go over a third unit or back agree, and equal units are commensurable.
func TestConversionsAgree(t *testing.T) {
	kinds := [][]string{{"mg/dL", "g/L", "ug/mL", "kg/m3"}, {"mm[Hg]", "kPa", "cm[H2O]", "atm", "[psi]"}, {"U/L", "nkat/L", "umol/(min.L)"},
		{"Cel", "K", "[degF]", "mK"}, {"/min", "Hz", "/h"}, {"10*9/L", "10*3/uL", "/nL", "10^9{cells}/L"}, {"a", "mo", "wk", "d"}}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		pick := rapid.SampledFrom(kind)
		a, b, c := pick.Draw(t, "a"), pick.Draw(t, "b"), pick.Draw(t, "c")
		ua, _ := ucum.Parse(a)
		ub, _ := ucum.Parse(b)
		uc, _ := ucum.Parse(c)
		x := rapid.Float64Range(-1000, 1000).Draw(t, "x")
		convert := func(x float64, from, to ucum.Unit) float64 {
			f, o, ok := from.To(to)
			if !ok {
				t.Fatalf("%s, %s, %s do not convert", a, b, c)
			}
			return x*f + o
		}
		at := max(1, math.Abs(convert(x, ua, uc)), math.Abs(convert(x, ua, ub)))
		if d := convert(convert(x, ua, ub), ub, uc) - convert(x, ua, uc); math.Abs(d) > 1e-9*at*max(1, math.Abs(convert(1, ub, uc))) {
			t.Errorf("%v %s in %s differs over %s by %v", x, a, c, b, d)
		}
		if ua.Equal(ub) != (convert(1, ua, ub) == 1 && convert(0, ua, ub) == 0) {
			t.Errorf("%s and %s: Equal says %v", a, b, ua.Equal(ub))
		}
	})
}

// FuzzParse looks for panics, and for units that do not convert to themselves.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"mL/min/{1.73_m2}", "4.[pi].10*-7.N/A2", "mmol/(8.h.kg)", "dB[10.nV]", "10*3{rbc}", "[degF]", "(((m)))", "x10^9/L", "µg/m³"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if fixed, ok := ucum.Suggest(text); ok {
			mustParse(t, fixed)
		}
		u, err := ucum.Parse(text)
		if err != nil {
			return
		}
		if factor, offset, ok := u.To(u); !ok || factor != 1 || offset != 0 || !u.Equal(u) {
			t.Errorf("%q to itself: %v %v %v", text, factor, offset, ok)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		mustParse(b, "mL/min/{1.73_m2}")
	}
}

func Example() {
	pressure, _ := ucum.Parse("mm[Hg]")
	pascal, _ := ucum.Parse("kPa")
	factor, _, _ := pressure.To(pascal)
	fmt.Printf("120 mm[Hg] are %.2f kPa\n", 120*factor)
	_, err := ucum.Parse("mmHg")
	better, _ := ucum.Suggest("mmHg")
	fmt.Printf("%v; write %s\n", err, better)
	// Output:
	// 120 mm[Hg] are 16.00 kPa
	// "mmHg" is not a UCUM unit; write mm[Hg]
}
