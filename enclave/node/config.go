package node

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/engine/duckdb"
	"github.com/officina-enclave/officina/enclave/study"
	"github.com/officina-enclave/officina/internal/durable"
	"github.com/officina-enclave/officina/policy"
)

// Format numbers the layout of a data folder.
const Format = 1

// Config is enclave.yaml: what the custodian decides.
type Config struct {
	Format  int          `yaml:"format"`
	Name    string       `yaml:"name"`    // of the enclave, in receipts and in the audit log's origin
	Contact string       `yaml:"contact"` // whom operators and researchers ask
	Floor   policy.Terms `yaml:"floor"`   // the least protection; policy can only add to it
	// MemoryMiB is what a process that answers queries may use; 0 is DefaultMemoryMiB.
	MemoryMiB int `yaml:"memory_mib,omitempty"`
}

// The memory of a process that answers queries, in MiB.
const (
	DefaultMemoryMiB = 2048
	leastMemoryMiB   = 512
)

// Queries that run at a time, each with an instance of its own; others wait.
const runs = 2

// imageBudget is what decrypted columns of all queries may take, in bytes: 7 of 16 parts of the memory. As much is for
// the instances of the queries under way, and the rest for the program itself.
func (c Config) imageBudget() int64 {
	return int64(cmp.Or(c.MemoryMiB, DefaultMemoryMiB)) << 20 * 7 / 16
}

func (c Config) engineLimits() duckdb.Limits {
	each := fmt.Sprint(c.imageBudget()/runs>>20, "MiB")
	return duckdb.Limits{Limits: duck.Limits{Threads: runtime.NumCPU(), Memory: each}, Runs: runs}
}

// DefaultFloor is the floor of a new data folder: the exact mode's first part.
var DefaultFloor = policy.Terms{MinCell: 10, TrueMin: 3, RhoStudy: 0.5, RankShare: 0.1, RoundTo: 5,
	Kinds: []string{"count", "attrition", "table", "summary"}, Dimensions: 6}

var nameShape = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// validate finds what is wrong with a configuration; its error says what to change.
func (c Config) validate() error {
	switch {
	case c.Format != Format:
		return wrongFormat(c.Format)
	case !nameShape.MatchString(c.Name) || len(c.Name) > 40:
		return fmt.Errorf("name: use small letters, digits and dashes, such as irccs-example")
	case c.Contact == "":
		return fmt.Errorf("contact: say whom to ask, such as data@example.org")
	case c.MemoryMiB != 0 && c.MemoryMiB < leastMemoryMiB:
		return fmt.Errorf("memory_mib: give queries %d MiB at least, or leave it out for %d", leastMemoryMiB, DefaultMemoryMiB)
	}
	if err := c.Floor.Valid(); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	return nil
}

// ReadConfig reads and checks the enclave.yaml of a data folder.
func ReadConfig(dir string) (Config, error) {
	path := filepath.Join(dir, "enclave.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, &enclave.Error{Class: enclave.NotFound, Message: fmt.Sprintf("%s is no data folder; make one with `enclave init`", dir)}
	}
	c, err := parseConfig(text)
	if err != nil {
		return Config{}, &enclave.Error{Class: enclave.Invalid, Message: fmt.Sprintf("%s: %v", path, err)}
	}
	return c, nil
}

// parseConfig looks at the format first: another one may have other keys.
func parseConfig(text []byte) (c Config, err error) {
	var of struct {
		Format int `yaml:"format"`
	}
	if err := yaml.Unmarshal(text, &of); err != nil {
		return c, err
	}
	if of.Format > Format {
		return c, wrongFormat(of.Format)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	return c, c.validate()
}

// wrongFormat tells what to do about a data folder of another layout.
func wrongFormat(n int) error {
	if n > Format {
		return fmt.Errorf("format: %d is newer than this program, which reads %d; upgrade enclave", n, Format)
	}
	return fmt.Errorf("format: %d is not known; this program reads %d", n, Format)
}

// writeConfig makes a data folder's enclave.yaml.
func writeConfig(dir string, c Config) error {
	if err := c.validate(); err != nil {
		return &enclave.Error{Class: enclave.Invalid, Message: err.Error()}
	}
	text, err := yaml.Marshal(c)
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(dir, "enclave.yaml"), text, 0o600)
}

// board reads the public keys of those who sign studies.
func board(dir string) ([]ed25519.PublicKey, error) {
	text, err := os.ReadFile(filepath.Join(dir, "keys", "board.pub.pem"))
	if err != nil {
		return nil, fmt.Errorf("the board's public keys (keys/board.pub.pem): %w", err)
	}
	return study.ParsePublic(text)
}
