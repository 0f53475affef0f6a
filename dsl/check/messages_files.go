package check

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// The messages about whole files: cohorts that name each other, tests and libraries.

func noEffect(at diag.Span, what string) diag.Diagnostic {
	d := say("no-effect", at, fmt.Sprintf("`%s` is checked and changes nothing: the reports of survival and incidence that use it are not in this version", what), "leave it for later, or take it out")
	d.Severity = diag.Warning
	return d
}

func cohortCycle(name syntax.Ident) diag.Diagnostic {
	return say("cycle", name.Span(), fmt.Sprintf("cohort `%s` would need itself", name.Name), "let one of the cohorts stand without the others, and build on it")
}

func notOfCohort(at diag.Span) diag.Diagnostic {
	return say("not-of-cohort", at, "this says nothing about an index date, which is one day", "use `before`, `after`, `on`, `within … of`, `from … to` or `during` a window")
}

func testTable(at diag.Span, what, hint string) diag.Diagnostic {
	return say("test-table", at, what, hint)
}

func noExpect(title syntax.StringLit) diag.Diagnostic {
	return say("test-table", title.Span(), "this test expects nothing", "add `expect (id)` and a row for each member")
}

func unknownPerson(at diag.Span, id string) diag.Diagnostic {
	return say("test-table", at, fmt.Sprintf("the test has no person `%s`", id), "add a row to the table `person`")
}

func wrongCell(at diag.Span, want, hint string) diag.Diagnostic {
	return say("wrong-cell", at, fmt.Sprintf("this cell must hold %s", want), "write "+hint)
}

func libraryFaults(library syntax.StringLit, first diag.Diagnostic) diag.Diagnostic {
	return say("library-faults", library.Span(), fmt.Sprintf("library \"%s\" cannot be read: %s, on its line %d", library.Value, first.Message, first.Span.From.Line),
		"tell the data steward who published it")
}

func importOfImport(name syntax.Ident, what string) diag.Diagnostic {
	return notYet(name.Span(), fmt.Sprintf("`%s` needs `%s` of another library; libraries that import are", name.Name, what))
}

// noLibrary tells what the catalog says of a library.
func noLibrary(library syntax.StringLit, problem diag.Diagnostic) diag.Diagnostic {
	if problem.Code == "library-changed" {
		return say("library-changed", library.Span(), problem.Message, problem.Hints...)
	}
	return say("library-unknown", library.Span(), problem.Message, problem.Hints...)
}
