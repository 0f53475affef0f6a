package main

import (
	"context"
	"errors"
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
		return "", key, errors.Join(err, cli.Usagef("publish it with `enclave keys public > %s`", path))
	}
	published, err := audit.ParsePublicKeys([]byte(text))
	return data + "/audit", audit.LogKey{Origin: published.Origin, Public: published.Log}, err
}

func auditVerify() *cobra.Command {
	var remembered string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check every entry, every tile and the chain of runs; needs public keys only",
		Args:  cobra.NoArgs,
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
			if cli.JSON(c) {
				return cli.Print(c.OutOrStdout(), r)
			}
			fmt.Fprintf(c.OutOrStdout(), "ok: %d entries, root %x\n", r.Size, r.Root)
			for _, id := range r.Unfinished {
				fmt.Fprintf(c.OutOrStdout(), "run without outcome: %s (under way, or cut off by a crash)\n", id)
			}
			return nil
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
		Short: "Print the entries, oldest first",
		Args:  cobra.NoArgs,
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

func showEntry(c *cobra.Command, r inspect.Record) error {
	if cli.JSON(c) {
		return cli.Print(c.OutOrStdout(), r)
	}
	e := r.Entry
	words := []string{fmt.Sprintf("%6d", r.Index), e.Time.Format(time.RFC3339), string(e.Kind)}
	for _, w := range []string{string(e.Class), e.Action, e.Dataset, e.Study, e.ID, strings.Join(e.Denials, ",")} {
		if w != "" {
			words = append(words, w)
		}
	}
	_, err := fmt.Fprintln(c.OutOrStdout(), strings.Join(words, "  "))
	return err
}
