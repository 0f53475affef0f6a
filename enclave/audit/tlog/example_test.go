package tlog_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"os"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
)

func Example() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "audit")
	defer os.RemoveAll(dir)

	public, private, _ := ed25519.GenerateKey(nil)
	key := audit.LogKey{Origin: "officina/example", Public: public}
	signer, _ := audit.NewSigner(key, func(text []byte) ([]byte, error) { return ed25519.Sign(private, text), nil })

	log, err := tlog.Open(ctx, dir, signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	in := intent()
	in.Subject, _ = log.Subject("ada@example.org")
	place, err := log.Append(ctx, in) // on disk: now the run may begin
	fmt.Println(place.Index, err)
	fmt.Println(log.Close())

	report, err := inspect.Verify(ctx, dir, key, nil)
	fmt.Println(report.Size, len(report.Unfinished), err)
	// Output:
	// 0 <nil>
	// <nil>
	// 1 1 <nil>
}
