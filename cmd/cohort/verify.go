package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/internal/cli"
)

func verifyCommand() *cobra.Command {
	var release, keys string
	c := &cobra.Command{
		Use:   "verify receipt.json",
		Short: "Check offline that a release is what the enclave signed and logged",
		Long: `verify checks the signature of a receipt, that it was made for these bytes of release.json, and the proof
that the enclave's audit log holds the outcome. It needs the enclave's public keys: get them from the
enclave itself (enclave keys public), not from whoever gave you the release.`,
		Example: `  cohort verify answer/receipt.json
  cohort verify receipt.json --release release.json --keys enclave-keys.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			beside := func(path, name string) string {
				if path == "" {
					return filepath.Join(filepath.Dir(args[0]), name)
				}
				return path
			}
			var texts []string
			for _, path := range []string{args[0], beside(release, "release.json"), beside(keys, "enclave-keys.json")} {
				text, err := cli.ReadFile(c, path)
				if err != nil {
					return err
				}
				texts = append(texts, text)
			}
			published, err := audit.ParsePublicKeys([]byte(texts[2]))
			if err != nil {
				return cli.Usagef("%v", err)
			}
			verdict, err := published.Verify([]byte(texts[0]), []byte(texts[1]))
			if err != nil {
				return cli.Usagef("refused: %v", err)
			}
			return showVerdict(c, published, verdict)
		},
	}
	c.Flags().StringVar(&release, "release", "", "the release (default: release.json beside the receipt)")
	c.Flags().StringVar(&keys, "keys", "", "the enclave's public keys (default: enclave-keys.json beside the receipt)")
	return c
}

func showVerdict(c *cobra.Command, k audit.PublicKeys, v audit.Verdict) error {
	s := v.Receipt.Statement
	if cli.JSON(c) {
		return cli.Print(c.OutOrStdout(), map[string]any{"verdict": v.String(), "included": v.Included, "statement": s})
	}
	lines := []string{v.String(), "enclave  " + s.Enclave + " (key " + audit.KeyID(k.Receipt) + ")", "study    " + s.Outcome.Study,
		"dataset  " + s.Outcome.Dataset, "plan     " + s.Outcome.Plan, "release  " + s.Outcome.Release}
	_, err := fmt.Fprintln(c.OutOrStdout(), strings.Join(lines, "\n"))
	return err
}
