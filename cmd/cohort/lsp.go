package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/ide"
	"github.com/officina-enclave/officina/dsl/ide/lsp"
	"github.com/officina-enclave/officina/internal/cli"
)

func lspCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "lsp",
		Short: "Serve an editor over standard input and output (Language Server Protocol)",
		Long: `lsp tells an editor the faults of a query while it is written, completes names, codes and units, says what a word
means, and lays the text out. It reads the catalog.yaml beside the query or above it, and vocabulary.csv beside that; it
sends nothing anywhere. docs/editors.md shows how editors are set up.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			shelf := &shelf{command: c, catalog: path, desks: map[string]shelved{}}
			if err := lsp.Serve(c.InOrStdin(), os.Stdout, "1", shelf.desk); err != nil {
				return cli.Quiet(1) // as the protocol asks of an exit without shutdown
			}
			return nil
		},
	}
	c.Flags().StringVar(&path, "catalog", "", "catalog of all queries (default: catalog.yaml beside the query or above it)")
	c.Flags().Bool("stdio", true, "standard input and output, the only way there is; some editors ask for it")
	return c
}

// shelf keeps a desk for each catalog, as long as its files do not change.
type shelf struct {
	command *cobra.Command
	catalog string
	mu      sync.Mutex
	desks   map[string]shelved
}

type shelved struct {
	desk  *ide.Desk
	stamp string
}

// desk is the desk for a query. There is always one; with an error it has no catalog.
func (s *shelf) desk(query string) (*ide.Desk, error) {
	path := s.catalog
	if path == "" && query != "" {
		path = findCatalog(query)
	}
	if path == "" {
		return ide.New(dsl.Target{}), errors.New("cohort: there is no catalog.yaml beside the query or above it, so only its grammar is checked")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	stamp := stampOf(path)
	for _, name := range []string{"vocabulary.csv", "libraries"} {
		stamp += stampOf(filepath.Join(filepath.Dir(path), name))
	}
	if kept, ok := s.desks[path]; ok && kept.stamp == stamp {
		return kept.desk, nil
	}
	t, err := cli.ReadTarget(s.command, path, "")
	if err != nil {
		return ide.New(dsl.Target{}), fmt.Errorf("cohort: %s: %w; only the grammar of queries is checked", path, err)
	}
	s.desks[path] = shelved{ide.New(t.Target), stamp}
	return s.desks[path].desk, nil
}

// stampOf changes when a file does.
func stampOf(path string) string {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "none;"
	}
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s;", info.Size(), info.ModTime().Format(time.RFC3339Nano))
}
