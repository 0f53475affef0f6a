package duck

import (
	"cmp"
	"context"
	"errors"

	"github.com/duckdb/duckdb-go/v2"
)

// Class is the kind of a fault: all that may be said about it outside the restricted log.
type Class string

// The classes.
const (
	Refused    Class = "statement refused"  // not one SELECT, or a file or setting the instance does not have
	Conversion Class = "conversion failed"  // a value did not fit a type
	Canceled   Class = "canceled"           // the context ended
	Memory     Class = "out of memory"      // over Limits.Memory
	Statement  Class = "statement is wrong" // the SQL does not parse or bind: a fault of the program
	File       Class = "file not readable"  // not Parquet, or damaged
	Internal   Class = "internal"           // anything else
)

// Error is a fault of the engine. Its text is the class only: DuckDB's own text may hold values of patients.
type Error struct {
	Class  Class
	detail string
	cause  error // ctx.Err() when Class is Canceled
}

// Error returns "engine: " and the class.
func (e *Error) Error() string { return "engine: " + string(e.Class) }

// GoString keeps the detail out of %#v.
func (e *Error) GoString() string { return e.Error() }

// Unwrap returns the context's error when the context ended the statement.
func (e *Error) Unwrap() error { return e.cause }

// RestrictedDetail returns the engine's own text, which may hold values of patients. It is for the
// restricted log, which only the custodian's operator reads, and for nothing else.
func (e *Error) RestrictedDetail() string { return e.detail }

// classes of DuckDB's error types; a type that is not here is Internal.
var classes = map[duckdb.ErrorType]Class{
	duckdb.ErrorTypePermission:           Refused,
	duckdb.ErrorTypeInvalidConfiguration: Refused,
	duckdb.ErrorTypeAutoLoad:             Refused,
	duckdb.ErrorTypeMissingExtension:     Refused,
	duckdb.ErrorTypeConversion:           Conversion,
	duckdb.ErrorTypeOutOfRange:           Conversion,
	duckdb.ErrorTypeMismatchType:         Conversion,
	duckdb.ErrorTypeInvalidInput:         Conversion,
	duckdb.ErrorTypeInterrupt:            Canceled,
	duckdb.ErrorTypeOutOfMemory:          Memory,
	duckdb.ErrorTypeParser:               Statement,
	duckdb.ErrorTypeSyntax:               Statement,
	duckdb.ErrorTypeBinder:               Statement,
	duckdb.ErrorTypeCatalog:              Statement,
	duckdb.ErrorTypeIO:                   File,
}

// wrap turns err into an *Error, or nil into nil.
func wrap(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return &Error{Class: Canceled, detail: err.Error(), cause: ctx.Err()}
	}
	e := &Error{Class: Internal, detail: err.Error()}
	var engine *duckdb.Error
	if errors.As(err, &engine) {
		e.Class = cmp.Or(classes[engine.Type], Internal)
	}
	return e
}

// wrapPrepare is wrap for a statement that could not be prepared: what the driver itself rejects is no
// statement, or several.
func wrapPrepare(err error) error {
	var engine *duckdb.Error
	if !errors.As(err, &engine) {
		return &Error{Class: Refused, detail: err.Error()}
	}
	return wrap(context.Background(), err)
}
