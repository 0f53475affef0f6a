package catalog

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
)

func at(span diag.Span, code, message string, hints ...string) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Span: span, Message: message, Hints: hints}
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// badYAML turns an error of the YAML reader, which names a line, into a diagnostic.
func (r *reader) badYAML(err error) diag.Diagnostic {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.Replace(text, m[0], "", 1)
	}
	from := r.pos(line, 1)
	return at(diag.Span{From: from, To: from}, "bad-yaml", "this is not YAML: "+text)
}

func secondDocument(s diag.Span) diag.Diagnostic {
	return at(s, "bad-yaml", "a catalog is one YAML document", "put each dataset in a file of its own")
}

func tooLong(limit int) diag.Diagnostic {
	return at(diag.Span{}, "too-long", fmt.Sprintf("a catalog has at most %d bytes", limit), "put codes and labels in vocabulary.csv")
}

func vocabularyTooLong(limit int) diag.Diagnostic {
	return at(diag.Span{}, "too-long", fmt.Sprintf("a vocabulary has at most %d bytes", limit), "leave out code systems that the catalog does not list")
}

func wrongType(s diag.Span, want string) diag.Diagnostic {
	return at(s, "wrong-type", "expected "+want)
}

func unknownKey(s diag.Span, key string, known fields) diag.Diagnostic {
	return at(s, "unknown-key", fmt.Sprintf("%q is not a key here", key), choices(key, slices.Sorted(maps.Keys(known))))
}

func missingKey(s diag.Span, key string) diag.Diagnostic {
	return at(s, "missing-key", fmt.Sprintf("the key %q is missing", key), "add it")
}

func duplicate(s diag.Span, name string) diag.Diagnostic {
	return at(s, "duplicate", fmt.Sprintf("%q stands here twice", name), "remove one")
}

func unknownWord(s diag.Span, word string, allowed []string) diag.Diagnostic {
	return at(s, "unknown-word", fmt.Sprintf("%q is not one of the words allowed here", word), choices(word, allowed))
}

func unknownSystem(s diag.Span, name string, known []string) diag.Diagnostic {
	return at(s, "unknown-system", fmt.Sprintf("the code system %q is not listed under codes", name), choices(name, known))
}

func badName(s diag.Span, name string, pattern *regexp.Regexp) diag.Diagnostic {
	return at(s, "bad-name", fmt.Sprintf("%q cannot be a name here", name), "a name matches "+pattern.String())
}

func reservedName(s diag.Span, name string) diag.Diagnostic {
	return at(s, "reserved-name", fmt.Sprintf("%q is a name of the language or the store", name), "choose another name")
}

func reservedWord(s diag.Span, name string) diag.Diagnostic {
	word, _, _ := strings.Cut(name, ".")
	return at(s, "reserved-word", fmt.Sprintf("%q is a word of the language, so no query could name this", word),
		fmt.Sprintf("choose another name, such as %q, here and in the files that are loaded", word+"_"))
}

func notYet(s diag.Span, what string) diag.Diagnostic {
	return at(s, "not-yet", what+" cannot be read by this version", "leave it out for now")
}

func notAscending(s diag.Span) diag.Diagnostic {
	return at(s, "bad-order", "the numbers of this list must ascend", "sort them and remove repeats")
}

func badBounds(s diag.Span) diag.Diagnostic {
	return at(s, "bad-bounds", "bounds are two numbers, the lower first", "write [10, 200]")
}

func badGrid(s diag.Span, want string) diag.Diagnostic {
	return at(s, "bad-grid", "this is not a grid", "write "+want)
}

func badPeriod(s diag.Span) diag.Diagnostic {
	return at(s, "bad-period", "the period must not end before it starts", "swap start and end")
}

func misplaced(s diag.Span, key, of string) diag.Diagnostic {
	return at(s, "misplaced-key", fmt.Sprintf("%q belongs to %s", key, of), "remove it, or change the type")
}

func badConversion(s diag.Span) diag.Diagnostic {
	return at(s, "bad-conversion", "a conversion is linear in x, with a factor other than 0", `write "x * 10.929 - 23.5"`)
}

func unknownUnit(s diag.Span, unit string) diag.Diagnostic {
	d := at(s, "unknown-unit", fmt.Sprintf("%q is not a UCUM unit: values in other units are missing", unit), UnitHint(unit))
	d.Severity = diag.Warning
	return d
}

func needlessUnit(s diag.Span, unit string) diag.Diagnostic {
	return at(s, "duplicate", fmt.Sprintf("%q is the canonical unit already", unit), "remove it")
}

func manyRules(s diag.Span) diag.Diagnostic {
	return at(s, "duplicate", "a source without a code has one unit rule, of all its values", "keep one, without codes")
}

func badTerm(s diag.Span) diag.Diagnostic {
	return at(s, "bad-code", "expected a code with its system, or a range whose ends are in order", "write ICD10:B20, ICD10:B20 with descendants or ICD10:B20..B24")
}

func foreignCode(s diag.Span, curie string, systems []string) diag.Diagnostic {
	hint := "its systems: " + strings.Join(systems, ", ")
	if len(systems) == 0 {
		hint = "it has none: leave the codes out"
	}
	return at(s, "foreign-code", curie+" is not of a code system of this source", hint)
}

func noSites(s diag.Span) diag.Diagnostic {
	return at(s, "no-sites", "the catalog lists no sites", "add them under sites, or remove keys: sites")
}

func unknownPlace(s diag.Span, name, lives string) diag.Diagnostic {
	hint := "say where persons live: residence: {place: " + name + ", from: date, to: date}"
	if lives != "" {
		hint = "write place: " + lives
	}
	return at(s, "unknown-place", fmt.Sprintf("persons are not known to live in a %q", name), hint)
}

func badHeader() diag.Diagnostic {
	start := diag.Pos{Line: 1, Column: 1}
	return at(diag.Span{From: start, To: start}, "bad-header", "a vocabulary begins with the line "+strings.Join(vocabularyHeader, ","), "write it as the first line")
}

func badCSV(err error, offset int) diag.Diagnostic {
	pos, text := diag.Pos{Offset: offset, Line: 1, Column: 1}, err.Error()
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		pos.Line, pos.Column, text = parse.Line, parse.Column, parse.Err.Error()
	}
	return at(diag.Span{From: pos, To: pos}, "bad-csv", "this is not a row of three fields: "+text, "put texts with commas or quotes in quotes")
}

func notCurie(p diag.Pos, code string) diag.Diagnostic {
	return at(diag.Span{From: p, To: p}, "bad-code", fmt.Sprintf("%q is not a code with its system", code), "write ICD10:E11")
}

func badLabel(p diag.Pos, code string) diag.Diagnostic {
	return at(diag.Span{From: p, To: p}, "bad-label", code+" has no label, or one that is not UTF-8", "write the code's name")
}

func twiceInVocabulary(p diag.Pos, code string) diag.Diagnostic {
	return at(diag.Span{From: p, To: p}, "duplicate", code+" has two rows", "keep one; a code with several parents lists them in one field")
}

func unknownParent(p diag.Pos, code, parent string) diag.Diagnostic {
	return at(diag.Span{From: p, To: p}, "unknown-parent", fmt.Sprintf("%s is below %s, which has no row", code, parent), "add a row for "+parent)
}

// choices names the nearest word, or all of them when none is near.
func choices(word string, allowed []string) string {
	if near, ok := diag.Near(word, allowed); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "one of: " + strings.Join(allowed, ", ")
}
