package omop

import (
	"cmp"
	"context"
	"regexp"
	"strings"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/omop/internal/folder"
)

// unmapped begins the code of a concept that has no CURIE of its own vocabulary.
const unmapped = "OMOP:"

// concepts tells the CURIE of a concept id.
type concepts map[string]string

func (c concepts) curie(id string) string {
	if curie, ok := c[id]; ok {
		return curie
	}
	return unmapped + cmp.Or(id, "0")
}

var conceptColumns = []folder.Column{must("concept_id"), must("vocabulary_id"), must("concept_code"), must("concept_name")}

// readConcepts gives each CURIE to the concept with the shortest, lowest id that asks for it.
func readConcepts(ctx context.Context, f *folder.Folder, watch func(bytes int64)) (concepts, error) {
	owner := map[string]string{} // CURIE → concept id
	err := watched(ctx, f, conceptFile, conceptColumns, watch, func(texts []string, line int) error {
		id, ok := integer(texts[0])
		if !ok || id == "" {
			return &connectors.Error{File: f.File(conceptFile), Line: line, Column: "concept_id", Reason: badType("concept_id")}
		}
		curie := curieOf(texts[1], texts[2])
		if other, taken := owner[curie]; curie != "" && (!taken || lower(id, other)) {
			owner[curie] = id
		}
		return nil
	})
	out := make(concepts, len(owner))
	for curie, id := range owner {
		out[id] = curie
	}
	return out, err
}

// lower compares whole numbers above 0 as texts.
func lower(a, b string) bool {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) < 0
}

// systemWord is what a catalog takes for the name of a code system.
var systemWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,62}$`)

// curieOf returns "" when vocabulary and code make no CURIE.
func curieOf(vocabulary, code string) string {
	system := strings.ReplaceAll(vocabulary, " ", "_")
	if !systemWord.MatchString(system) || system+":" == unmapped || code == "" || strings.ContainsAny(code, " \t\r\n") {
		return ""
	}
	return system + ":" + code
}
