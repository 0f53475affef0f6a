package policy

import (
	_ "embed"
	"slices"
	"time"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// InputSchema is the JSON Schema (draft 7) of [Input]. Inputs are checked against it before a decision,
// and Rego is type-checked against it when a bundle is loaded.
//
//go:embed input.schema.json
var InputSchema []byte

// Input is all that a decision may look at. Build it with [NewInput], which fills every list.
type Input struct {
	Subject Subject `json:"subject"`
	Study   Study   `json:"study"`
	Dataset Dataset `json:"dataset"`
	Plan    Facts   `json:"plan"`
	Usage   Usage   `json:"usage"`
	Now     string  `json:"now"` // RFC 3339, UTC, whole seconds
}

// Subject is the person who asks, as the identity provider names them.
type Subject struct {
	ID           string   `json:"id"`
	Organisation string   `json:"organisation"`
	Roles        []string `json:"roles"` // such as "researcher"
}

// Study is what the board registered. It is the only source of purpose, approval and persons.
type Study struct {
	ID          string      `json:"id" yaml:"id"`
	Title       string      `json:"title" yaml:"title"`
	Status      string      `json:"status" yaml:"status"`   // active | suspended | closed
	Purpose     []string    `json:"purpose" yaml:"purpose"` // DUO and MONDO CURIEs
	Uses        []string    `json:"uses" yaml:"uses"`       // words of EHDS Art. 53, such as "research"
	Approval    Approval    `json:"approval" yaml:"approval"`
	Persons     []string    `json:"persons" yaml:"persons"`   // subject ids
	Datasets    []string    `json:"datasets" yaml:"datasets"` // dataset ids
	Kinds       []string    `json:"kinds" yaml:"kinds"`       // kinds of report
	Permissions Permissions `json:"permissions" yaml:"permissions"`
	Recipients  []Recipient `json:"recipients" yaml:"recipients"` // who receives the releases
}

// Approval is the ethics committee's approval of a study.
type Approval struct {
	ID         string `json:"id" yaml:"id"`
	ValidUntil string `json:"valid_until" yaml:"valid_until"` // YYYY-MM-DD, UTC, that day included
}

// Permissions are what a study may touch beyond the ordinary.
type Permissions struct {
	Genomic  bool     `json:"genomic" yaml:"genomic"`
	Location bool     `json:"location" yaml:"location"`
	FreeText bool     `json:"free_text" yaml:"free_text"`
	Topics   []string `json:"topics" yaml:"topics"` // protected topics of the catalog, such as "hiv"
}

// Recipient is an organisation that receives releases of a study.
type Recipient struct {
	Name    string `json:"name" yaml:"name"`
	Kind    string `json:"kind" yaml:"kind"`       // public | not-for-profit | commercial | insurer | …
	Country string `json:"country" yaml:"country"` // ISO 3166-1 alpha-2
}

// Dataset is what the catalog and the custodian's configuration say of the dataset asked.
type Dataset struct {
	ID        string    `json:"id"`
	DUO       []string  `json:"duo"` // permitted uses and their modifiers, and MONDO CURIEs that narrow them
	Custodian Custodian `json:"custodian"`
	Sites     []string  `json:"sites"`
	Snapshot  string    `json:"snapshot"`
	Mark      string    `json:"mark"` // such as "demo"
}

// Custodian answers for a dataset.
type Custodian struct {
	Name    string `json:"name"`
	Contact string `json:"contact"`
}

// Facts are what policy may know of a checked plan. They depend on the query, the catalog and the
// vocabulary only.
type Facts struct {
	Text            Text     `json:"text"`
	Sources         []string `json:"sources"`
	Columns         []Column `json:"columns"`
	CodeSets        []string `json:"code_sets"`         // CURIEs, expanded
	Kinds           []string `json:"kinds"`             // kinds of report asked for
	Dimensions      int      `json:"dimensions"`        // the most dimensions of any one report
	SmallestAgeBand int      `json:"smallest_age_band"` // years; 0: no age bands
	Literals        int      `json:"literals"`
	Touches         Touches  `json:"touches"`
	Topics          []string `json:"topics"` // protected topics that the plan's codes meet
}

// Text is what the query text claims. Policy compares it with the registered study.
type Text struct {
	Purpose  []string `json:"purpose"`
	Approval string   `json:"approval"`
	Version  string   `json:"version"`
}

// Column is a column that the plan reads, named "source.column".
type Column struct {
	Name        string              `json:"name"`
	Sensitivity catalog.Sensitivity `json:"sensitivity"`
}

// Touches says which delicate sorts of column the plan reads.
type Touches struct {
	Genomic  bool `json:"genomic"`
	Location bool `json:"location"`
	FreeDate bool `json:"free_date"` // a date that lies on no grid
}

// Usage is what the study has used so far: nothing yet.
type Usage struct{}

// NewInput puts the parts together: lists of words are sorted and free of repeats, absent lists are
// empty, and now is in UTC. It does not validate; a decision does, against [InputSchema].
func NewInput(facts Facts, subject Subject, study Study, dataset Dataset, now time.Time) Input {
	subject.Roles = words(subject.Roles)
	study.Purpose, study.Uses = words(study.Purpose), words(study.Uses)
	study.Persons, study.Datasets = words(study.Persons), words(study.Datasets)
	study.Kinds, study.Permissions.Topics = words(study.Kinds), words(study.Permissions.Topics)
	study.Recipients = append([]Recipient{}, study.Recipients...)
	dataset.DUO, dataset.Sites = words(dataset.DUO), words(dataset.Sites)
	facts.Text.Purpose = words(facts.Text.Purpose)
	facts.Sources, facts.CodeSets = words(facts.Sources), words(facts.CodeSets)
	facts.Kinds, facts.Topics = words(facts.Kinds), words(facts.Topics)
	facts.Columns = append([]Column{}, facts.Columns...)
	return Input{
		Subject: subject, Study: study, Dataset: dataset, Plan: facts,
		Now: now.UTC().Format(time.RFC3339),
	}
}

// words returns a sorted copy of list without repeats; never nil, so that JSON shows [].
func words(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}
