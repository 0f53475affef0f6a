package canon

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type sample struct {
	Name string   `json:"name"`
	Size uint64   `json:"size"`
	Tags []string `json:"tags,omitempty"`
	Note *sample  `json:"note,omitempty"`
}

func ExampleMarshal() {
	text, _ := Marshal(map[string]any{"plan": "count", "k": 10.0, "é": []int{2, 1}, "<tag>": nil})
	fmt.Println(string(text))
	// Output: {"<tag>":null,"k":10,"plan":"count","é":[2,1]}
}

func ExampleDigest() {
	digest, _ := Digest(struct{}{})
	fmt.Println(digest)
	// Output: sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
}

// lines gives the lines of a file that are not comments.
func lines(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(line, "#") {
			list = append(list, strings.TrimSuffix(line, "\n"))
		}
	}
	return list
}

func TestNumbersOfTheRFC(t *testing.T) {
	for _, line := range lines(t, "testdata/numbers.txt") {
		hex, want, _ := strings.Cut(line, " ")
		bits, err := strconv.ParseUint(hex, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Marshal(math.Float64frombits(bits))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s %v, want %s", hex, got, err, want)
		}
	}
}

func TestSampleOfTheRFC(t *testing.T) { // section 3.2.2 to 3.2.3
	in := json.RawMessage(`{
		"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
		"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
		"literals": [null, true, false]}`)
	want := `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
		`"string":"€$\u000f\nA'B\"\\\\\"/"}`
	got, err := Marshal(in)
	if err != nil || string(got) != want {
		t.Errorf("got  %s %v\nwant %s", got, err, want)
	}
}

func TestKeysSortByUTF16(t *testing.T) { // section 3.2.3: the emoji sorts before U+FB33
	got, err := Marshal(map[string]int{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7})
	want := "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"\u00f6\":7,\"\u20ac\":1,\"\U0001f600\":5,\"\ufb33\":3}"
	if err != nil || string(got) != want {
		t.Errorf("got  %s %v\nwant %s", got, err, want)
	}
}

func TestWhatHasNoExactTextIsRefused(t *testing.T) {
	for name, v := range map[string]any{
		"integer":       uint64(1<<53 + 1),
		"negative":      int64(-1<<53 - 1),
		"most":          uint64(math.MaxUint64),
		"broken string": "a\xffb",
		"broken key":    map[string]int{"\xc3": 1},
		"raw integer":   json.RawMessage(`[9007199254740993]`),
	} {
		if text, err := Marshal(v); !errors.Is(err, ErrNotExact) {
			t.Errorf("%s: got %s %v", name, text, err)
		}
	}
	for name, v := range map[string]any{"NaN": math.NaN(), "infinity": math.Inf(-1), "function": func() {}, "channel": make(chan int)} {
		if _, err := Digest(v); err == nil {
			t.Errorf("%s has a digest", name)
		}
	}
}

func TestWhatLooksBrokenIsNot(t *testing.T) {
	for in, want := range map[any]string{
		"\ufffd":                  `"` + "\ufffd" + `"`, // a genuine replacement character
		`\ufffd`:                  `"\\ufffd"`,          // a backslash and letters
		uint64(1 << 53):           "9007199254740992",
		uint64(1<<53 + 2):         "9007199254740994",
		1e20:                      "100000000000000000000",
		123456789012345678.0:      "123456789012345680",
		json.Number("1e3"):        "1000",
		time.Unix(0, 0).UTC():     `"1970-01-01T00:00:00Z"`,
		"<a href='x'>&\u2028</a>": `"<a href='x'>&` + "\u2028" + `</a>"`,
	} {
		if got, err := Marshal(in); err != nil || string(got) != want {
			t.Errorf("%v: got %s %v, want %s", in, got, err, want)
		}
	}
}

func TestSum(t *testing.T) { // FIPS 180-2, appendix B.1
	if got := Sum([]byte("abc")); got != "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Error(got)
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for _, line := range lines(t, "testdata/refused.txt") {
		text, why, _ := strings.Cut(line, " | ")
		var v sample
		err := Unmarshal([]byte(text), &v)
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s (%s): got %v", text, why, err)
		} else if strings.Contains(err.Error(), "extra") {
			t.Errorf("%s: the error quotes the text: %v", text, err)
		}
	}
}

func TestUnmarshalTakesWhiteSpaceAndOrder(t *testing.T) {
	var v sample
	if err := Unmarshal([]byte(" {\n\t\"size\": 7.0, \"name\": \"\\u0041\"}\n"), &v); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sample{Name: "A", Size: 7}, v); d != "" {
		t.Error(d)
	}
}

func TestUnmarshalKeepsItsInput(t *testing.T) {
	in := []byte(`{"size":1,"name":"b"}`)
	kept := bytes.Clone(in)
	var v sample
	if err := Unmarshal(in, &v); err != nil || !bytes.Equal(in, kept) {
		t.Errorf("%s %v", in, err)
	}
}

// Whatever is written is read back, and equal values, and only they, have equal texts.
func TestRoundTrip(t *testing.T) {
	gen := rapid.Custom(func(t *rapid.T) sample {
		return sample{
			Name: rapid.String().Draw(t, "name"),
			Size: rapid.Uint64Max(1<<53).Draw(t, "size"),
			Tags: rapid.SliceOfN(rapid.StringN(0, 3, 8), 0, 2).Draw(t, "tags"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := gen.Draw(t, "a"), gen.Draw(t, "b")
		if len(a.Tags) == 0 {
			a.Tags = nil
		}
		ta, err := Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back sample
		if err := Unmarshal(ta, &back); err != nil || !cmp.Equal(a, back) {
			t.Fatalf("%s: %v", ta, err)
		}
		tb, err := Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Tags) > 0 && bytes.Equal(ta, tb) != cmp.Equal(a, b) {
			t.Fatalf("%s %s", ta, tb)
		}
	})
}

func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{`{"name":"a","size":1}`, `{"note":{"name":"","size":0},"size":2,"name":"x"}`, "{}", "", "\xff", `{"name":"\ufffd"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v sample
		if err := Unmarshal(data, &v); err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		text, err := Marshal(v)
		if err != nil {
			t.Fatalf("read but cannot be written: %v", err)
		}
		var again sample
		if err := Unmarshal(text, &again); err != nil || !cmp.Equal(v, again) {
			t.Fatalf("%s: %v", text, err)
		}
	})
}
