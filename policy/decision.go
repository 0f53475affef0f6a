package policy

// Decision is what policy says of one [Input].
type Decision struct {
	Allow   bool     `json:"allow"`
	Denials []Denial `json:"denials"` // all of them, sorted by rule and message; empty exactly when Allow
	Terms   Terms    `json:"terms"`   // the zero Terms unless Allow
	Filters []Filter `json:"filters"` // conditions on persons; always empty for now
	ID      string   `json:"id"`      // random, 32 hexadecimal digits; says nothing of the input
	Bundle  string   `json:"bundle"`  // digest of the bundle that decided; "" when none is active
}

// Denial is one reason why a query may not run. Its words come from policy and public terms only.
type Denial struct {
	Rule    string `json:"rule"`    // stable, such as "study-mismatch"
	Title   string `json:"title"`   // of the rule, from its METADATA
	Message string `json:"message"` // what to do
	Contact string `json:"contact"` // whom to ask
}

// Filter is a condition on persons that policy adds to a cohort: the person's column holds one of the words.
type Filter struct {
	Column string   `json:"column"`
	OneOf  []string `json:"one_of"`
}
