// Package canon gives a value of ours exactly one text, and that text a digest.
//
// The text is JSON after RFC 8785 (JSON Canonicalization Scheme): object keys sorted by UTF-16 code unit,
// no white space between tokens, UTF-8, numbers as ECMAScript prints them. Whatever is signed, hashed or
// logged goes through [Marshal]; whatever comes back goes through [Unmarshal], which takes no second spelling.
//
// Limits: numbers are doubles (RFC 8785 section 3.2.2.3), so an integer that a double cannot hold (the first
// is 2^53 + 1) is refused rather than rounded, and a string that is not UTF-8 is refused rather than repaired:
// two different values never share a digest.
package canon

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gowebpki/jcs"
)

// ErrNotExact says that a value has no canonical text of its own.
var ErrNotExact = errors.New("value cannot be written exactly as canonical JSON")

// ErrMalformed says that a text is not the JSON form of the type it was read into.
var ErrMalformed = errors.New("malformed JSON")

// Marshal returns the canonical JSON of v, which is first encoded as encoding/json does.
// The error is [ErrNotExact] for a large integer or a broken string, or that of encoding/json.
func Marshal(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	if repaired(text) {
		return nil, fmt.Errorf("%w: a string is not UTF-8", ErrNotExact)
	}
	if rounded(text) {
		return nil, fmt.Errorf("%w: an integer beyond 2^53 would be rounded; write it as a string", ErrNotExact)
	}
	return jcs.Transform(text)
}

// Digest returns "sha256:" and 64 lower-case hexadecimal digits: the SHA-256 of Marshal(v).
func Digest(v any) (string, error) {
	text, err := Marshal(v)
	if err != nil {
		return "", err
	}
	return Sum(text), nil
}

// Sum returns "sha256:" and 64 lower-case hexadecimal digits: the SHA-256 of data as it stands.
func Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Unmarshal reads JSON into v, which must account for every member: a key that v does not have, in that very
// spelling, a key given twice, an omitted member that v would write, or anything after the value is
// [ErrMalformed]. White space and the order of keys are free. The error never quotes the text.
func Unmarshal(data []byte, v any) error {
	want, err := jcs.Transform(append([]byte{}, data...))
	if err != nil {
		return fmt.Errorf("%w: not one JSON value with distinct keys", ErrMalformed)
	}
	if rounded(data) {
		return fmt.Errorf("%w: an integer beyond 2^53", ErrMalformed)
	}
	if err := json.Unmarshal(want, v); err != nil {
		return fmt.Errorf("%w: a member has the wrong type", ErrMalformed)
	}
	got, err := Marshal(v)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%w: unknown, missing or misspelt members", ErrMalformed)
	}
	return nil
}

// rounded tells whether valid JSON has an integer that the canonical form would change.
func rounded(text []byte) bool {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			i += stringLen(text[i:])
		case c == '-' || '0' <= c && c <= '9':
			n := len(text[i:]) - len(bytes.TrimLeft(text[i:], "+-.0123456789Ee"))
			if !double(string(text[i : i+n])) {
				return true
			}
			i += n
		default:
			i++
		}
	}
	return false
}

// stringLen returns the length of the JSON string that text begins with, quotes included.
func stringLen(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// repaired tells whether encoding/json replaced broken UTF-8: it writes the escape \ufffd for it, and only
// for it, since a genuine U+FFFD is written as itself.
func repaired(text []byte) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(text[i:], []byte(`\ufffd`)) {
			return true
		}
		i++
	}
	return false
}

// double tells whether the digits of an integer survive as a double; Go writes floats with digits that do.
func double(n string) bool {
	if strings.ContainsAny(n, ".eE") {
		return true
	}
	f, err := strconv.ParseFloat(n, 64)
	return err == nil && strconv.FormatFloat(f, 'f', -1, 64) == n
}
