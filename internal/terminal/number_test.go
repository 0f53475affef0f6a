package terminal

import "testing"

func TestSignificant(t *testing.T) {
	for x, want := range map[float64]string{
		52: "52.0", 2.05: "2.05", 0.0123: "0.0123", 1230000: "1230000", -8.76: "-8.76", 100: "100", 99.9: "99.9",
		0: "0", 1e-9: "1e-09", 2.5e20: "2.5e+20", 0.5: "0.500",
	} {
		if got := significant(x); got != want {
			t.Errorf("%v: %q, want %q", x, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"province":        "province",
		"età ≥ 65":        "età ≥ 65",
		"two\nlines\tend": "two lines end",
		"\x1b[31mred":     "\uFFFD[31mred",
		"a\u202eb":        "a\uFFFDb",
		"a\xffb":          "a\uFFFDb",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
