package enclave

import (
	"context"
	"slices"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/internal/stage"
	"github.com/officina-enclave/officina/policy"
)

// decide asks policy, with the facts of the plan as it was asked, and meets its terms with the floor. A denial is
// recorded before it is told.
func (r *run) decide(ctx context.Context, p *plan.Plan, who policy.Subject, study policy.Study) (policy.Decision, policy.Terms, error) {
	defer stage.Begin(ctx, "decide")()
	subject, err := r.Log.Subject(who.ID)
	if err != nil {
		return policy.Decision{}, policy.Terms{}, err
	}
	r.entry.Subject = subject
	in := policy.NewInput(policy.FactsOf(p, r.Target.Catalog, r.Target.Vocabulary), who, study, r.dataset(), r.Now())
	decision, cause := r.Gate.Decide(ctx, in)
	r.entry.Policy, r.entry.Decision = decision.Bundle, decision.ID
	if cause != nil {
		r.trouble(cause)
	}
	terms := r.Floor.Meet(decision.Terms)
	denials := decision.Denials
	switch {
	case decision.Allow && cause == nil && len(denials) == 0 && len(decision.Filters) == 0 && terms.Valid() == nil:
		denials = r.beyond(p, terms)
	case len(denials) == 0: // it allows and does not, or denies and does not say why
		denials = []policy.Denial{r.denial("policy-undecided", "Policy could not decide, so the query does not run", "Ask the custodian.")}
	}
	if len(denials) > 0 {
		return decision, terms, r.deny(ctx, denials)
	}
	return decision, terms, nil
}

// dataset is what policy may know of the data.
func (r *run) dataset() policy.Dataset {
	c := r.Target.Catalog
	d := policy.Dataset{ID: c.Dataset, DUO: c.DUO, Custodian: policy.Custodian(c.Custodian), Snapshot: r.entry.Snapshot, Mark: c.Mark}
	for _, site := range c.Sites {
		d.Sites = append(d.Sites, site.ID)
	}
	return d
}

// beyond lists what of a query that policy allows the terms do not, so that it is told before anything runs.
func (r *run) beyond(p *plan.Plan, terms policy.Terms) []policy.Denial {
	var out []policy.Denial
	if slices.ContainsFunc(p.Reports, func(x *plan.Report) bool {
		return !slices.Contains(terms.Kinds, x.Kind) || len(x.By) > terms.Dimensions
	}) {
		out = append(out, r.denial("beyond-terms", "Custodian and board must both allow every report",
			"Use the kinds of report that both allow, and fewer dimensions; or ask the custodian."))
	}
	if terms.Review != policy.ReviewNone {
		out = append(out, r.denial("output-review", "Output checkers must approve what is released",
			"Their approval is not in this version of the enclave, so nothing can be released. Ask the custodian."))
	}
	return out
}

// denial is one of the enclave's own, beside those of policy.
func (r *run) denial(rule, title, message string) policy.Denial {
	return policy.Denial{Rule: rule, Title: title, Message: message, Contact: r.Target.Catalog.Custodian.Contact}
}

// deny records the denials and returns what the researcher is told.
func (r *run) deny(ctx context.Context, denials []policy.Denial) error {
	e := r.entry
	e.Kind, e.Class, e.Time = audit.KindDenied, audit.ClassDenied, r.Now()
	for _, d := range denials {
		e.Denials = append(e.Denials, d.Rule)
	}
	e.Denials = slices.Compact(slices.Sorted(slices.Values(e.Denials)))
	if _, err := r.Log.Append(ctx, e); err != nil {
		return err
	}
	return &Error{Class: Denied, Message: "policy does not allow this query", Ref: r.entry.ID, Denials: denials}
}

// withheldTopics are the codes of protected topics that the study's permission does not name.
func (r *run) withheldTopics(study policy.Study) *plan.CodeSet {
	set := &plan.CodeSet{Name: "protected topics"}
	for _, t := range r.Target.Catalog.Protected {
		if !slices.Contains(study.Permissions.Topics, t.Name) {
			set.Codes = append(set.Codes, r.Target.Vocabulary.Expand(r.Target.Catalog.Systems, t.Terms, nil)...)
		}
	}
	slices.Sort(set.Codes)
	set.Codes = slices.Compact(set.Codes)
	return set
}
