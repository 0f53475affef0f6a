package opa

import (
	"errors"

	"github.com/officina-enclave/officina/policy"
)

// refusals are the words of the denials that stand in for a decision.
var refusals = []struct {
	err     error
	rule    string
	message string
}{
	{ErrMissing, "policy-missing", "No policy is in force here. Ask the custodian to activate one."},
	{ErrInput, "policy-input", "The study, the dataset or the query is described in a way that policy cannot read. Ask the custodian."},
	{ErrTimeout, "policy-timeout", "Policy took too long. Ask again; if it persists, ask the custodian."},
	{ErrUndefined, "policy-undefined", "The policy says neither yes nor no to this query. Ask the custodian."},
	{ErrMalformed, "policy-malformed", "The policy's answer cannot be read. Ask the custodian."},
	{ErrEval, "policy-error", "The policy failed on this query. Ask the custodian."},
}

// refuse is the denial for a decision that could not be made, and why.
func refuse(in policy.Input, bundle string, why error) (policy.Decision, error) {
	contact := in.Dataset.Custodian.Contact
	if contact == "" {
		contact = "the data custodian"
	}
	denial := policy.Denial{Title: "Policy could not decide, so the query does not run", Contact: contact}
	for _, r := range refusals {
		if errors.Is(why, r.err) {
			denial.Rule, denial.Message = r.rule, r.message
			break
		}
	}
	return policy.Decision{
		Denials: []policy.Denial{denial}, Filters: []policy.Filter{}, ID: newID(), Bundle: bundle,
	}, why
}
