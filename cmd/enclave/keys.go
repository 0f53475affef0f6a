package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/cli"
)

func keysCommand() *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Publish, describe, rotate and retire keys"}
	c.AddCommand(
		keysSubcommand("public", "Print the public keys with which anybody checks receipts and the audit log", "enclave keys public > enclave-keys.json",
			func(ctx context.Context, n *node.Node) (any, error) { return n.PublicKeys(ctx) }),
		keysSubcommand("describe", "Show the versions of the key that wraps data keys", "enclave keys describe | jq .versions",
			func(ctx context.Context, n *node.Node) (any, error) { return n.Keys.Describe(ctx) }),
		keysSubcommand("rotate", "Make a new version of the key that wraps data keys, and wrap the data keys of every snapshot in force with it", "enclave keys rotate",
			func(ctx context.Context, n *node.Node) (any, error) { return n.RotateKeys(ctx) }),
		keysRetire())
	return c
}

// keysSubcommand prints what do returns, as JSON.
func keysSubcommand(use, short, example string, do func(ctx context.Context, n *node.Node) (any, error)) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Example: "  " + example, Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return withNode(c, func(ctx context.Context, n *node.Node) error {
			v, err := do(ctx, n)
			if err != nil {
				return err
			}
			return cli.Print(c.OutOrStdout(), v)
		})
	}}
}

func keysRetire() *cobra.Command {
	return &cobra.Command{
		Use:     "retire VERSION",
		Short:   "Make an old version useless for ever: what is wrapped with it, such as old snapshots in backups, can no longer be read",
		Example: "  enclave keys retire local-7d77a627",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withNode(c, func(ctx context.Context, n *node.Node) error {
				if err := n.RetireKey(ctx, args[0]); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "retired %s\n", args[0])
				return nil
			})
		},
	}
}
