package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/internal/cli"
)

func auditCommand() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "Verify and show the audit log"}
	c.AddCommand(auditVerify(), auditShow())
	return c
}

// logOf finds a log's folder and its key: the published key file, which an auditor has from the custodian.
func logOf(c *cobra.Command) (dir string, key audit.LogKey, err error) {
	data, _ := c.Flags().GetString("data")
	path, _ := c.Flags().GetString("keys")
	text, err := cli.ReadFile(c, path)
	if err != nil {
		return "", key, cli.Usagef("%v; publish it with `enclave keys public > %s`", err, path)
	}
	published, err := audit.ParsePublicKeys([]byte(text))
	return data + "/audit", audit.LogKey{Origin: published.Origin, Public: published.Log}, err
}

func auditVerify() *cobra.Command {
	var remembered string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check every entry, every tile and the chain of runs; needs public keys only",
		Long: `verify reads the whole log and needs no secret. An auditor keeps a copy of DIR/audit/tree/checkpoint elsewhere
and gives it with --remembered the next time: the log must continue it, so that nothing was cut off or rewritten.`,
		Example: `  enclave keys public > enclave-keys.json              # once, by the custodian
  enclave audit verify --data /srv/officina --keys enclave-keys.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, key, err := logOf(c)
			if err != nil {
				return err
			}
			var earlier []byte
			if remembered != "" {
				if earlier, err = os.ReadFile(remembered); err != nil {
					return cli.Usagef("the remembered checkpoint: %v", err)
				}
			}
			r, err := inspect.Verify(c.Context(), dir, key, earlier)
			if err != nil {
				return &enclave.Error{Class: enclave.Invalid, Message: fmt.Sprintf("the audit log does not verify: %v", err)}
			}
			return showReport(c, r)
		},
	}
	c.Flags().String("keys", "enclave-keys.json", "the enclave's published keys")
	c.Flags().StringVar(&remembered, "remembered", "", "a checkpoint kept from an earlier time, which the log must continue")
	return c
}

func auditShow() *cobra.Command {
	var filter inspect.Filter
	var kinds []string
	c := &cobra.Command{
		Use:   "show",
		Short: "Print the entries, oldest first; with --json one object an entry",
		Example: `  enclave audit show --study diabetes --kind denied
  enclave audit show --json | jq .entry`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, key, err := logOf(c)
			if err != nil {
				return err
			}
			for _, k := range kinds {
				filter.Kinds = append(filter.Kinds, audit.Kind(k))
			}
			for r, err := range inspect.Entries(context.WithoutCancel(c.Context()), dir, key, filter) {
				if err != nil {
					return err
				}
				if err := showEntry(c, r); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().String("keys", "enclave-keys.json", "the enclave's published keys")
	c.Flags().StringVar(&filter.Study, "study", "", "only this study")
	c.Flags().StringSliceVar(&kinds, "kind", nil, "only these kinds: ingest, intent, denied, outcome, recovered, study, policy, key")
	return c
}

// logReport is what --json prints of a log that verifies.
type logReport struct {
	Entries    uint64                `json:"entries"`
	Root       audit.Hash            `json:"root"`
	Kinds      map[audit.Kind]uint64 `json:"kinds"`
	Unfinished []string              `json:"unfinished"` // runs without outcome
	Pending    uint64                `json:"pending"`    // entries not yet under a signature
	Checkpoint string                `json:"checkpoint"` // for --remembered
}

func showReport(c *cobra.Command, r inspect.Report) error {
	text := fmt.Sprintf("ok: %d entries, root %v", r.Size, r.Root)
	if r.Pending > 0 {
		text += fmt.Sprintf("\n%d entries more are not signed yet: the enclave is running, or was cut off", r.Pending)
	}
	for _, id := range r.Unfinished {
		text += fmt.Sprintf("\nrun without outcome: %s (under way, or cut off by a crash)", id)
	}
	report := logReport{r.Size, r.Root, r.Kinds, append([]string{}, r.Unfinished...), r.Pending, string(r.Checkpoint)}
	return cli.Say(c, report, "%s", text)
}

// record is what --json prints of an entry.
type record struct {
	Index uint64      `json:"index"`
	Leaf  audit.Hash  `json:"leaf"`
	Entry audit.Entry `json:"entry"`
}

func showEntry(c *cobra.Command, r inspect.Record) error {
	e := r.Entry
	words := []string{fmt.Sprintf("%6d", r.Index), e.Time.Format(time.RFC3339), string(e.Kind)}
	for _, w := range []string{string(e.Class), e.Action, e.Dataset, e.Study, e.ID, strings.Join(e.Denials, ",")} {
		if w != "" {
			words = append(words, w)
		}
	}
	return cli.Say(c, record{r.Index, r.Leaf, e}, "%s", strings.Join(words, "  "))
}
