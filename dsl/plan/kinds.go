package plan

// Kind describes a kind of report. A new statistic is a new entry here and needs no new grammar.
type Kind struct {
	Name       string
	Summary    string // one line for people
	Dimensions int    // the most dimensions allowed
	Clauses    []string
	// Statbarn is the class of output that output checkers know it by (SACRO guide to statistical
	// disclosure control, "statbarns").
	Statbarn string
}

// Kinds are the report kinds of this version, in the order documents list them.
var Kinds = []Kind{
	{"count", "persons in the cohort", 0, nil, "frequencies"},
	{"attrition", "persons left after each rule, with the not recorded apart", 0, nil, "frequencies"},
	{"table", "persons by up to 6 dimensions", 6, nil, "frequencies"},
	{"summary", "persons, mean and standard deviation of a number", 6, []string{"value"}, "position and shape"},
}

// KindOf returns the kind named name.
func KindOf(name string) (Kind, bool) {
	for _, k := range Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}
