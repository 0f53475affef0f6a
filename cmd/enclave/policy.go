package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/durable"
	"github.com/officina-enclave/officina/policy"
	"github.com/officina-enclave/officina/policy/opa"
)

func policyCommand() *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: "Check policy bundles, and say what they decide"}
	c.AddCommand(policyCheck(), policyShow())
	return c
}

func policyCheck() *cobra.Command {
	return &cobra.Command{
		Use:     "check [DIR]",
		Short:   "Check a bundle, run its tests and say what it decides; without DIR the one that ships",
		Example: `  enclave policy check /srv/officina/policy`,
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			bundle := policy.Default()
			if len(args) == 1 {
				bundle = os.DirFS(args[0])
			}
			said, err := describe(c, bundle)
			if err != nil {
				return &enclave.Error{Class: enclave.Invalid, Message: err.Error()}
			}
			return cli.Say(c, said, "ok: %s\n%s", said.Digest, strings.Join(said.Sentences, "\n"))
		},
	}
}

func policyShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show",
		Short:   "Say what the policy in force decides, and what the custodian's floor adds",
		Example: `  enclave policy show --data /srv/officina`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, _ := c.Flags().GetString("data")
			config, err := node.ReadConfig(dir)
			if err != nil {
				return err
			}
			said, err := describe(c, node.Bundle(dir))
			if err != nil {
				return &enclave.Error{Class: enclave.Unavailable, Message: "no query runs: " + err.Error()}
			}
			said.Sentences = append(said.Sentences, floor(config.Floor))
			return cli.Say(c, said, "%s\npolicy %s", strings.Join(said.Sentences, "\n"), said.Digest)
		},
	}
}

func policyDir(data string) string { return filepath.Join(data, "policy") }

// description is what a bundle says of itself.
type description struct {
	Digest    string       `json:"digest"`
	Board     policy.Board `json:"board"`
	Changed   []string     `json:"changed"` // Rego files that differ from those that ship
	Sentences []string     `json:"sentences"`
}

func describe(c *cobra.Command, bundle fs.FS) (description, error) {
	b, err := opa.Load(c.Context(), bundle)
	if err != nil {
		return description{}, err
	}
	d := description{b.Digest(), b.Board(), b.Changed(), b.Board().Sentences()}
	if len(d.Changed) > 0 {
		d.Sentences = append(d.Sentences, "Its rules are not those that ship, so it may decide otherwise than said here: "+strings.Join(d.Changed, ", ")+".")
	}
	return d, nil
}

func floor(t policy.Terms) string {
	return fmt.Sprintf("The custodian's floor holds beside it, and the stricter counts: no cell below %d persons, counts rounded to %d, at most %d dimensions, %s only.",
		max(t.MinCell, t.TrueMin), t.RoundTo, t.Dimensions, strings.Join(t.Kinds, ", "))
}

// writePolicy puts a bundle into a new folder.
func writePolicy(dir string, bundle map[string][]byte) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for name, text := range bundle {
		if err := durable.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
