package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/officina-enclave/officina/internal/canon"
)

// Version is the format of the entries that this package writes and reads.
const Version = 1

// maxEntry is the most bytes an entry may have; a tile's length prefix would allow 65,535.
const maxEntry = 16 << 10

// Kind says what happened.
type Kind string

// The kinds, which are closed: an entry of any other is refused on the way in and on the way out.
const (
	KindIngest    Kind = "ingest"    // a snapshot came into force
	KindIntent    Kind = "intent"    // a run was decided and is about to begin
	KindDenied    Kind = "denied"    // a run was refused; it has neither intent nor outcome
	KindOutcome   Kind = "outcome"   // a run ended; written before its release leaves
	KindRecovered Kind = "recovered" // a run that a crash left without outcome was closed
	KindStudy     Kind = "study"     // a study was registered, changed, suspended or closed
	KindPolicy    Kind = "policy"    // a policy bundle was activated or rolled back
	KindKey       Kind = "key"       // a key was created, rotated or retired
)

// Class says how a run ended.
type Class string

// The classes, after the exit codes of ARCHITECTURE (Errors).
const (
	ClassOK          Class = "ok"
	ClassDenied      Class = "denied"
	ClassWithheld    Class = "withheld" // every cell is hidden
	ClassInvalid     Class = "invalid"
	ClassUnavailable Class = "unavailable"
	ClassInternal    Class = "internal"
)

// Entry is one line of the audit log: who did what under which rule, and never what the data said.
//
// Every field but Time is an identifier of a narrow shape (see [Entry.Validate]), so that no patient value, free
// text or query text can enter the log through it. Digests are "sha256:" and 64 hexadecimal digits.
type Entry struct {
	V        int       `json:"v"`
	Kind     Kind      `json:"kind"`
	Time     time.Time `json:"time"`               // UTC, whole milliseconds
	ID       string    `json:"id,omitempty"`       // the run; its intent and its outcome share it
	Study    string    `json:"study,omitempty"`    // name
	Dataset  string    `json:"dataset,omitempty"`  // name
	Snapshot string    `json:"snapshot,omitempty"` // digest of the manifest
	Subject  string    `json:"subject,omitempty"`  // salted hash, from tlog.Log.Subject
	Plan     string    `json:"plan,omitempty"`     // digest of the plan that runs, after policy's filters
	Text     string    `json:"text,omitempty"`     // digest of the query text
	Policy   string    `json:"policy,omitempty"`   // digest of the policy bundle
	Decision string    `json:"decision,omitempty"` // id
	Terms    string    `json:"terms,omitempty"`    // digest
	Release  string    `json:"release,omitempty"`  // digest of the stored release.json
	Class    Class     `json:"class,omitempty"`
	Denials  []string  `json:"denials,omitempty"` // names of rules
	Action   string    `json:"action,omitempty"`  // of a study, policy or key
	Ref      string    `json:"ref,omitempty"`     // id or digest: what support asks for, or what was acted on
}

// Canonical returns the bytes that the log stores: RFC 8785 JSON of the valid entry, with V set and Time in UTC
// and whole milliseconds. The error is [ErrEntry].
func (e Entry) Canonical() ([]byte, error) {
	e.V = Version
	e.Time = e.Time.UTC().Truncate(time.Millisecond)
	if err := e.Validate(); err != nil {
		return nil, err
	}
	text, err := canon.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEntry, err)
	}
	if len(text) > maxEntry {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrEntry, maxEntry)
	}
	return text, nil
}

// ParseEntry reads what [Entry.Canonical] wrote and nothing else: one entry has one text.
// The error is [ErrEntry] and quotes nothing.
func ParseEntry(text []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(text, &e); err != nil || e.V != Version {
		if newer(text) {
			return Entry{}, fmt.Errorf("%w: it is newer than version %d, which this program reads; upgrade officina", ErrEntry, Version)
		}
		return Entry{}, fmt.Errorf("%w: not JSON of its form", ErrEntry)
	}
	again, err := e.Canonical()
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(again, text) { // another spelling, or members that Entry does not have
		return Entry{}, fmt.Errorf("%w: not in canonical form", ErrEntry)
	}
	return e, nil
}

// Conflict names the first field on which a run's intent e and its outcome differ, or "" if they agree.
func (e Entry) Conflict(outcome Entry) string {
	for _, f := range fields {
		if slices.Contains(facts, f.name) && f.value(e) != f.value(outcome) {
			return f.name
		}
	}
	return ""
}

// newer tells that a text is an entry of a later version than ours.
func newer(text []byte) bool {
	var of struct {
		V int `json:"v"`
	}
	return json.Unmarshal(text, &of) == nil && of.V > Version
}
