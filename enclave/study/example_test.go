package study_test

import (
	"crypto/ed25519"
	"fmt"
	"os"

	"github.com/officina-enclave/officina/enclave/study"
)

// A board signs a study; the enclave keeps it and loads it by id.
func Example() {
	dir, err := os.MkdirTemp("", "studies")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	board := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) // a real one comes from ParsePrivate
	public := []ed25519.PublicKey{board.Public().(ed25519.PublicKey)}
	text, err := os.ReadFile("testdata/diabetes-1.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = study.Add(dir, text, study.Sign(board, text), public)
	fmt.Println("added:", err == nil)
	s, err := study.Load(dir, "diabetes-1", public)
	fmt.Println(s.Title, err)
	_, err = study.Load(dir, "other", public)
	fmt.Println(err)

	// Output:
	// added: true
	// Response to first-line metformin <nil>
	// no such study; ask the ethics board to register it
}
