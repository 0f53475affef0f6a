package opa_test

import (
	"context"
	"fmt"

	"github.com/officina-enclave/officina/policy"
	"github.com/officina-enclave/officina/policy/opa"
)

// An engine without a bundle denies, and says whom to ask.
func Example() {
	var engine opa.Engine
	in := policy.Input{Dataset: policy.Dataset{Custodian: policy.Custodian{Contact: "data@example.org"}}}
	decision, _ := engine.Decide(context.Background(), in)
	fmt.Println(decision.Allow, decision.Denials[0].Rule, decision.Denials[0].Contact)

	bundle, err := opa.Load(context.Background(), policy.Default())
	if err != nil {
		fmt.Println(err)
		return
	}
	engine.Activate(bundle)
	decision, _ = engine.Decide(context.Background(), in)
	fmt.Println(decision.Allow, decision.Denials[0].Rule, decision.Denials[0].Contact)

	// Output:
	// false policy-missing data@example.org
	// false policy-input data@example.org
}
