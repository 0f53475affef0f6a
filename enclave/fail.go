package enclave

import (
	"context"
	"errors"
	"time"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/internal/durable"
)

// failed records that a run ended without an answer, also when the caller has gone.
func (r *run) failed(ctx context.Context, cause error) error {
	class, told := audit.ClassInternal, cause
	if ctx.Err() != nil {
		told = stopped(r.entry.ID)
	}
	if Public(told, r.entry.ID).Class == Unavailable {
		class = audit.ClassUnavailable
	}
	e := r.entry
	e.Kind, e.Class, e.Subject, e.Ref, e.Time = audit.KindOutcome, class, "", r.entry.ID, r.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if _, err := r.Log.Append(ctx, e); err != nil {
		return onDisk(err)
	}
	return told
}

// onDisk tells a disk that cannot be written from other failures. Nothing of it depends on data.
func onDisk(err error) error {
	remedy := durable.Remedy(err)
	if remedy == "" {
		return err
	}
	return Because(Unavailable, "the enclave cannot write to its disk, and without a record nothing runs and nothing is released; "+
		"tell the operator ("+remedy+"), then submit it again", err)
}

// tell gives the operator the cause of an error and the researcher what may be known of it.
func (r *run) tell(ctx context.Context, err error) *Error {
	told := Public(err, r.entry.ID)
	if told.cause != nil {
		told.Ref = r.entry.ID
		r.trouble(told.cause)
	}
	if told.Class != Internal {
		return told
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return stopped(r.entry.ID)
	}
	r.trouble(err)
	return told
}

func (r *run) trouble(cause error) {
	if r.Trouble != nil {
		r.Trouble(r.entry.ID, cause)
	}
}

func stopped(ref string) *Error {
	return &Error{Class: Unavailable, Message: "the run was stopped before it ended; submit it again", Ref: ref}
}
