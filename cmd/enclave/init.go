package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/enclave/study"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/durable"
	"github.com/officina-enclave/officina/policy"
)

func initCommand() *cobra.Command {
	var name, contact, board, boardContact string
	c := &cobra.Command{
		Use:   "init",
		Short: "Make a data folder with new keys, and the policy that ships for the board to edit",
		Example: `  enclave study keygen --out board          # the ethics board, on its own machine
  enclave init --data /srv/officina --name irccs-example --contact data@example.org \
    --board board.pub.pem --board-contact board@example.org`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := cli.ReadFile(c, board)
			if err != nil {
				return err
			}
			public, err := study.ParsePublic([]byte(text))
			if err != nil {
				return cli.Usagef("%s: %v", board, err)
			}
			if boardContact == "" {
				boardContact = contact
			}
			bundle, err := policy.WithContact(boardContact)
			if err != nil {
				return cli.Usagef("--board-contact: %v", err)
			}
			dir, _ := c.Flags().GetString("data")
			config := node.Config{Format: node.Format, Name: name, Contact: contact, Floor: node.DefaultFloor}
			if err := create(dir, config, public, bundle); err != nil {
				return err
			}
			return cli.Say(c, map[string]string{"data": dir, "name": name},
				"made %s; its keys are in %s/keys: back them up, without them the data are lost", dir, dir)
		},
	}
	c.Flags().StringVar(&name, "name", "", "name of the enclave, such as irccs-example")
	c.Flags().StringVar(&contact, "contact", "", "whom to ask, such as data@example.org")
	c.Flags().StringVar(&board, "board", "board.pub.pem", "public keys of the ethics board (PEM)")
	c.Flags().StringVar(&boardContact, "board-contact", "", "whom denials name for the ethics board (default: --contact)")
	c.MarkFlagRequired("name")
	c.MarkFlagRequired("contact")
	return c
}

// create makes a data folder with new keys and a bundle. The bundle is written while the folder is being made, so
// that there is none without it.
func create(dir string, config node.Config, board []ed25519.PublicKey, bundle map[string][]byte) error {
	_, noConfig := os.Stat(filepath.Join(dir, "enclave.yaml"))
	if _, err := os.Stat(policyDir(dir)); err == nil && noConfig != nil {
		return cli.Usagef("%s is there already, and init makes a new one; move it away", policyDir(dir))
	}
	return node.Create(dir, config, board, func(keys string) (*local.Keyring, error) {
		if err := writePolicy(policyDir(dir), bundle); err != nil {
			return nil, err
		}
		return local.Create(keys, local.Options{})
	})
}

func studyCommand() *cobra.Command {
	c := &cobra.Command{Use: "study", Short: "Register studies that the ethics board signed"}
	c.AddCommand(studyKeygen(), studySign(), studyAdd())
	return c
}

func studyKeygen() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "keygen",
		Short: "Make a board member's key pair: OUT.key.pem (keep it) and OUT.pub.pem (give it to the custodian)",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			public, private, err := ed25519.GenerateKey(rand.Reader)
			if err != nil {
				return err
			}
			secret, err := study.EncodePrivate(private)
			if err != nil {
				return err
			}
			open, err := study.EncodePublic(public)
			if err != nil {
				return err
			}
			if _, err := os.Stat(out + ".key.pem"); err == nil {
				return cli.Usagef("%s.key.pem is there already; nothing was changed", out)
			}
			if err := durable.WriteFile(out+".key.pem", secret, 0o600); err != nil {
				return err
			}
			if err := durable.WriteFile(out+".pub.pem", open, 0o644); err != nil {
				return err
			}
			return cli.Say(c, map[string]string{"private": out + ".key.pem", "public": out + ".pub.pem"},
				"made %s.key.pem: keep it secret; and %s.pub.pem: give it to the custodian", out, out)
		},
	}
	c.Flags().StringVar(&out, "out", "board", "beginning of the two file names")
	return c
}

func studySign() *cobra.Command {
	var key string
	c := &cobra.Command{
		Use:     "sign STUDY.yaml",
		Short:   "Sign a study as the ethics board: writes STUDY.yaml.sig",
		Example: `  enclave study sign diabetes.yaml --key board.key.pem`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := cli.ReadFile(c, args[0])
			if err != nil {
				return err
			}
			s, err := study.Parse([]byte(text))
			if err != nil {
				return cli.Usagef("%s: %v", args[0], err)
			}
			pem, err := cli.ReadFile(c, key)
			if err != nil {
				return err
			}
			private, err := study.ParsePrivate([]byte(pem))
			if err != nil {
				return cli.Usagef("%s: %v", key, err)
			}
			if err := durable.WriteFile(args[0]+".sig", study.Sign(private, []byte(text)), 0o644); err != nil {
				return err
			}
			return cli.Say(c, map[string]string{"study": s.ID, "signature": args[0] + ".sig"}, "signed study %s: %s.sig", s.ID, args[0])
		},
	}
	c.Flags().StringVar(&key, "key", "board.key.pem", "private key of the board member (PEM)")
	return c
}

func studyAdd() *cobra.Command {
	return &cobra.Command{
		Use:     "add STUDY.yaml",
		Short:   "Register a signed study; STUDY.yaml.sig is beside it",
		Example: `  enclave study add diabetes.yaml`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := cli.ReadFile(c, args[0])
			if err != nil {
				return err
			}
			signature, err := cli.ReadFile(c, args[0]+".sig")
			if err != nil {
				return err
			}
			return withNode(c, func(ctx context.Context, n *node.Node) error {
				s, err := n.AddStudy(ctx, []byte(text), []byte(signature))
				if err != nil {
					return err
				}
				return cli.Say(c, map[string]string{"study": s.ID, "title": s.Title, "digest": s.Digest}, "registered study %s: %s", s.ID, s.Title)
			})
		},
	}
}

func configCommand() *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Check the custodian's configuration"}
	c.AddCommand(&cobra.Command{
		Use:   "check",
		Short: "Check enclave.yaml",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, _ := c.Flags().GetString("data")
			config, err := node.ReadConfig(dir)
			if err != nil {
				return err
			}
			return cli.Say(c, map[string]any{"name": config.Name, "contact": config.Contact, "floor": config.Floor},
				"ok: enclave %s; no cell below %d persons, counts in steps of %d", config.Name, config.Floor.MinCell, config.Floor.RoundTo)
		},
	})
	return c
}

// verifiable is a release with what it needs to be checked by anybody.
type verifiable struct {
	Release []byte
	Receipt []byte
	Keys    audit.PublicKeys
}

// save writes the three files that `cohort verify` reads.
func (v verifiable) save(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	published, err := json.MarshalIndent(v.Keys, "", "  ")
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"release.json": v.Release, "receipt.json": v.Receipt, "enclave-keys.json": published} {
		if err := durable.WriteFile(dir+"/"+name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
