package enclave

import (
	"context"
	"encoding/json"
	"time"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/ledger"
	"github.com/officina-enclave/officina/policy"
)

// Enclave answers cohort queries about one snapshot of one dataset. All fields are set once, before the
// first Submit; Submit may then be called from many goroutines.
type Enclave struct {
	Name    string // of the enclave, as receipts show it
	Target  dsl.Target
	Study   func(id string) (policy.Study, error) // the registered studies; *Error when there is none
	Gate    Gate
	Floor   policy.Terms // the custodian's; policy can only tighten it
	Engine  Engine
	Ledger  *ledger.Ledger
	Log     Log
	Receipt func(ctx context.Context, s audit.Statement) (audit.Receipt, error) // signs
	Now     func() time.Time
	// Trouble is told the cause of an internal error under its reference, for the operator; nil: nobody is.
	Trouble func(ref string, cause error)

	line line
}

// Gate decides whether a query may run, and under which terms.
//
// Decide is safe for concurrent use, returns within a fraction of a second, and fails closed: whenever it
// cannot decide, the decision is a denial that says so, complete with whom to ask. The error then says why,
// for the operator.
type Gate interface {
	Decide(ctx context.Context, in policy.Input) (policy.Decision, error)
}

// Engine runs plans over the snapshot that it is bound to.
//
// Run takes a plan and never a string of SQL. It may be repeated, is safe for concurrent use, and stops
// within a second when ctx ends. The raw cells belong to the caller. Its errors may be about patients:
// nobody but Submit sees them, and Submit shows them to nobody.
type Engine interface {
	Run(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error)
	Snapshot() string // digest of the manifest
}

// Log is the audit log.
//
// What Append returned a position for is on disk and stays there. After an error it may or may not be
// there, and what it announces must not happen. An append that has begun is not interrupted by ctx.
type Log interface {
	Append(ctx context.Context, e audit.Entry) (audit.Position, error)
	Subject(id string) (string, error) // the salted name of a person in the log
	Key() audit.LogKey
}

// Submission is a query on its way in.
type Submission struct {
	Name    string // of the file, for diagnostics
	Text    string
	Params  map[string]string // values of parameters, as the language writes them
	Study   string            // id of a registered study
	Subject policy.Subject    // who asks, as the identity provider says
}

// Release is what comes out.
type Release struct {
	// Document is the stored release.json: the same bytes for the same question.
	Document []byte
	// Withheld says that every cell is hidden. It is an outcome, not a failure.
	Withheld bool
	Envelope Envelope
}

// Envelope is what is fresh in each release.
type Envelope struct {
	Run      string        `json:"run"`
	Decision string        `json:"decision"`
	Policy   string        `json:"policy"`  // digest of the bundle that decided
	Repeat   bool          `json:"repeat"`  // the answer was given before, and cost nothing
	Receipt  audit.Receipt `json:"receipt"` // signed; its inclusion proof can be added a moment later
}

// DocumentFormat names the layout of release.json.
const DocumentFormat = "officina/release/v1"

// Document is the content of release.json.
type Document struct {
	Format     string             `json:"format"`
	Dataset    string             `json:"dataset"`
	Snapshot   string             `json:"snapshot"`
	Study      string             `json:"study"`
	Plan       string             `json:"plan"`       // digest
	Catalog    string             `json:"catalog"`    // digest
	Vocabulary string             `json:"vocabulary"` // digest
	Terms      policy.Terms       `json:"terms"`
	Withheld   bool               `json:"withheld"`
	Tables     []disclosure.Table `json:"tables"`
}

// ParseDocument reads a release.json, for rendering.
func ParseDocument(text []byte) (Document, error) {
	var d Document
	if err := json.Unmarshal(text, &d); err != nil || d.Format != DocumentFormat {
		return Document{}, &Error{Class: Invalid, Message: "this is no release of the format " + DocumentFormat + "; give the release.json that came with the receipt"}
	}
	return d, nil
}
