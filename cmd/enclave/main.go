// Command enclave is the custodian's tool: it makes a data folder, loads data, registers studies, runs
// queries in process, and shows and verifies the audit log.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/cli"
)

func main() {
	if err := harden(); err != nil {
		fmt.Fprintln(os.Stderr, "this system does not keep memory out of core dumps:", err)
		os.Exit(8)
	}
	os.Exit(cli.Main(root()))
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "enclave",
		Short: "A secure research data enclave: cohort queries in, disclosure-safe tables out",
		Long: `enclave runs one centre's enclave from a data folder.

Try it:          enclave demo
A new enclave:   enclave init --data DIR …, enclave ingest, enclave study add, enclave query
For auditors:    enclave audit verify --data DIR
For the worst:   enclave backup FILE, enclave restore FILE DIR

Exit codes: 0 done, 1 internal, 2 invalid, 3 denied, 4 withheld, 7 not found, 8 unavailable.`,
		Args: cobra.NoArgs,
	}
	c.PersistentFlags().String("data", dataFolder(), "the data folder (also: OFFICINA_HOME)")
	c.AddCommand(demoCommand(), initCommand(), ingestCommand(), queryCommand(), studyCommand(), auditCommand(), keysCommand(), backupCommand(), restoreCommand(), policyCommand(), catalogCommand(), configCommand())
	return c
}

func dataFolder() string {
	if dir := os.Getenv("OFFICINA_HOME"); dir != "" {
		return dir
	}
	return "officina-data"
}

// withNode opens the data folder, does the work, and closes it whatever happens.
func withNode(c *cobra.Command, work func(ctx context.Context, n *node.Node) error) (err error) {
	dir, _ := c.Flags().GetString("data")
	n, err := node.Open(c.Context(), dir, node.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	return work(c.Context(), n)
}
