package study

import (
	"errors"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// testdata/refused.yaml lists one change each to the good study, and what the error must say.
func TestParseRefuses(t *testing.T) {
	text, err := os.ReadFile("testdata/refused.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Name, Replace, By, Error string }
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	good := string(readStudy(t))
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			changed := strings.Replace(good, c.Replace, c.By, 1)
			if changed == good {
				t.Fatalf("%q is not in the good study", c.Replace)
			}
			_, err := Parse([]byte(changed))
			if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), c.Error) {
				t.Errorf("got %v, want %q", err, c.Error)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(readStudy(f))
	f.Add([]byte("format: 1\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte{0xff})
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil && !errors.Is(err, ErrFormat) {
			t.Errorf("unclassed error %v", err)
		}
		if err == nil && (!idPattern.MatchString(s.ID) || len(s.Persons) == 0) {
			t.Errorf("accepted id %q with %d persons", s.ID, len(s.Persons))
		}
	})
}
