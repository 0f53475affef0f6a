package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/dsl/diag"
)

// Library pins one version of a library of code sets and cohorts, which queries of the dataset may import from.
type Library struct{ Name, Version, Digest string }

// File is where the text of the library is, from the folder of the catalog, with / between folders.
func (l Library) File() string { return "libraries/" + l.Name + "@" + l.Version + ".cohort" }

// LibraryDigest is "sha256:" and the hexadecimal SHA-256 of a library's text, byte by byte.
func LibraryDigest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Libraries gives the texts of the libraries that a catalog pins, and no others. Its zero value has none.
// It is not changed after [NewLibraries].
type Libraries struct {
	pinned []Library
	texts  map[string][]byte // by File
}

// NewLibraries takes the texts by [Library.File]. One that is absent or not the pinned one is told when it is asked for.
func NewLibraries(c *Catalog, texts map[string][]byte) Libraries {
	return Libraries{c.Libraries, texts}
}

// Text returns the text of a library; where the catalog pins only one version, version may be "". What is wrong is
// told by a diagnostic without a span, for the place that names the library: library-unknown or library-changed.
func (l Libraries) Text(name, version string) (string, *diag.Diagnostic) {
	var versions []string
	for _, p := range l.pinned {
		if p.Name == name {
			versions = append(versions, p.Version)
		}
	}
	if version == "" && len(versions) == 1 {
		version = versions[0]
	}
	i := slices.IndexFunc(l.pinned, func(p Library) bool { return p.Name == name && p.Version == version })
	if i < 0 {
		return "", libraryUnknown(name, version, versions, names(l.pinned, func(p Library) string { return p.Name }))
	}
	text, ok := l.texts[l.pinned[i].File()]
	switch {
	case !ok:
		return "", libraryMissing(l.pinned[i])
	case LibraryDigest(text) != l.pinned[i].Digest:
		return "", libraryChanged(l.pinned[i], LibraryDigest(text))
	}
	return string(text), nil
}

// Check tells every library that is absent or not the pinned one.
func (l Libraries) Check() (out diag.List) {
	for _, p := range l.pinned {
		if _, problem := l.Text(p.Name, p.Version); problem != nil {
			out.Add(*problem)
		}
	}
	return out
}

var (
	libraryWord   = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	versionWord   = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,9}){0,3}$`)
	libraryDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// libraries reads the pinned libraries.
func (r *reader) libraries(n *yaml.Node) []Library {
	var out []Library
	for _, item := range r.list(n) {
		var l Library
		r.fields(item, fields{
			"name":    into(&l.Name, r.name(libraryWord)),
			"version": into(&l.Version, r.name(versionWord)),
			"digest":  into(&l.Digest, r.digest),
		}, "name", "version", "digest")
		if slices.ContainsFunc(out, func(o Library) bool { return o.File() == l.File() }) {
			r.out.Add(duplicate(r.span(item), l.Name+" "+l.Version))
		}
		out = append(out, l)
	}
	return out
}

func (r *reader) digest(n *yaml.Node) string {
	s := r.word(n)
	if s != "" && !libraryDigest.MatchString(s) {
		r.wrong(n, "sha256: and 64 hexadecimal digits, as sha256sum gives them")
	}
	return s
}

func libraryUnknown(name, version string, versions, all []string) *diag.Diagnostic {
	d := diag.Diagnostic{Code: "library-unknown", Message: fmt.Sprintf("the catalog pins no library %q", name)}
	switch {
	case len(versions) > 0 && version == "":
		d.Message = fmt.Sprintf("the catalog pins several versions of %q", name)
		d.Hints = []string{fmt.Sprintf("write version %q", slices.Max(versions))}
	case len(versions) > 0:
		d.Message = fmt.Sprintf("the catalog pins no version %q of %q", version, name)
		d.Hints = []string{choices(version, versions)}
	case len(all) > 0:
		d.Hints = []string{choices(name, slices.Compact(slices.Sorted(slices.Values(all))))}
	default:
		d.Hints = []string{"ask the data steward which libraries the dataset has"}
	}
	return &d
}

func libraryMissing(l Library) *diag.Diagnostic {
	return &diag.Diagnostic{Code: "library-unknown", Message: fmt.Sprintf("the catalog pins version %q of %q, but its text is not there", l.Version, l.Name),
		Hints: []string{"put it beside the catalog as " + l.File()}}
}

func libraryChanged(l Library, digest string) *diag.Diagnostic {
	return &diag.Diagnostic{Code: "library-changed", Message: fmt.Sprintf("the text of %q %s is not the one that the catalog pins", l.Name, l.Version),
		Hints: []string{"get the published " + l.File() + " again, or let the catalog say digest: " + digest}}
}
