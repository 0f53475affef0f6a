package catalog

// namespaces are the code systems whose hierarchy a catalog need not tell, because every centre has the same: those
// whose codes are built so that one sees what is above them, and those that are published with a table of parents.
// A catalog that says otherwise goes first: OMOP publishes tables for all of them (standard/omop.yaml).
var namespaces = []CodeSystem{
	{Name: "ICD10", Hierarchy: "dotted"},   // WHO, and what follows it: E11, E11.2
	{Name: "ICD10CM", Hierarchy: "dotted"}, // United States: E11.21
	{Name: "ICD9CM", Hierarchy: "dotted"},  // 250, 250.0, 250.00: Italian discharge records
	{Name: "ATC", Hierarchy: "prefix", Levels: []int{1, 3, 4, 5, 7}},
	{Name: "SNOMED", Hierarchy: "table"},
	{Name: "RxNorm", Hierarchy: "table"},
	{Name: "LOINC", Hierarchy: "none"},
	{Name: "HP", Hierarchy: "obo"}, // Human Phenotype Ontology
	{Name: "MONDO", Hierarchy: "obo"},
	{Name: "HGNC", Hierarchy: "none"}, // genes by number: HGNC:1100
	{Name: "OMOP", Hierarchy: "table"},
}

// usual returns the well-known system of that name.
func usual(name string) (CodeSystem, bool) { return find(namespaces, name, systemName) }
