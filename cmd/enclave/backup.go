package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/backup"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/durable"
	"github.com/officina-enclave/officina/internal/terminal"
)

func backupCommand() *cobra.Command {
	var o backup.Options
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Put the whole data folder into one new file, with a signed list of what is in it",
		Long: `backup locks the data folder, so that the file is one moment of it, and writes FILE: a tar archive of everything,
with a signed list of sizes and hashes. A crash leaves no half FILE.

The file holds the keys unless you say --without-keys. With them it is as secret as the data in plain: whoever has
it reads everything. Without them it may lie on a server that is only trusted not to lose it; then keep
DIR/keys/identity.txt and DIR/keys/keyring.age elsewhere, at least twice, and copy them anew after each
` + "`enclave keys rotate`" + ` and ` + "`retire`" + `: without them the backup opens for nobody, ever.`,
		Example: `  enclave backup --without-keys /mnt/vault/officina-2026-11-25.tar
  enclave backup --json /mnt/safe/officina.tar | jq .bytes`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return makeBackup(c, args[0], o) },
	}
	c.Flags().BoolVar(&o.WithoutKeys, "without-keys", false, "leave out what opens the data: keep keys/identity.txt and keys/keyring.age elsewhere")
	return c
}

func makeBackup(c *cobra.Command, file string, o backup.Options) (err error) {
	dir, _ := c.Flags().GetString("data")
	h, err := node.Hold(c.Context(), dir, node.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	done := progress(c, "backing up", &o)
	m, err := backup.Write(c.Context(), h, file, o)
	done()
	if err != nil {
		return told("nothing was backed up", err)
	}
	return sayBackup(c, file, m)
}

// progress shows a bar until done is called.
func progress(c *cobra.Command, what string, o *backup.Options) (done func()) {
	var bar *terminal.Progress
	var before int64
	o.Progress = func(now, total int64) {
		if bar == nil {
			bar = terminal.NewProgress(c.ErrOrStderr(), what, total)
		}
		bar.Add(now - before)
		before = now
	}
	return func() {
		if bar != nil {
			bar.Close()
		}
	}
}

// told tells the operator what went wrong: what to do about the file, or that the machine failed.
func told(nothing string, err error) error {
	var own *enclave.Error
	if errors.As(err, &own) {
		return err
	}
	class := enclave.Unavailable
	for _, mend := range backup.Refusals {
		if errors.Is(err, mend) {
			class = enclave.Invalid
		}
	}
	message := fmt.Sprintf("%s: %v", nothing, err)
	if remedy := durable.Remedy(err); remedy != "" {
		message += "; " + remedy
	}
	return &enclave.Error{Class: class, Message: message}
}

func sayBackup(c *cobra.Command, file string, m backup.Manifest) error {
	report := struct {
		File    string    `json:"file"`
		Enclave string    `json:"enclave"`
		Created time.Time `json:"created"`
		Keys    bool      `json:"keys"`
		Files   int       `json:"files"`
		Bytes   int64     `json:"bytes"` // of the files
	}{file, m.Enclave, m.Created, m.Keys, m.Files(), m.Bytes()}
	advice := "it holds the keys: whoever has this file has the data; keep it as you keep the keys, or use --without-keys"
	if !m.Keys {
		advice = "it opens with keys/identity.txt and keys/keyring.age only, which it does not hold: keep copies of them elsewhere"
	}
	return cli.Say(c, report, "backed up %d files, %d bytes, to %s\n%s", m.Files(), m.Bytes(), file, advice)
}

func restoreCommand() *cobra.Command {
	var o backup.Options
	var remembered string
	c := &cobra.Command{
		Use:   "restore FILE DIR",
		Short: "Put a backup back as the data folder DIR, once everything in it was checked",
		Long: `restore unpacks FILE beside DIR and checks all of it: each byte against the signed list, the list's signature,
the keys, the whole audit log, the snapshots in force, the stored answers. Only then it becomes DIR, which must
not be there yet, or be empty. Whatever fails, nothing is at DIR.

That a backup is older than what was lost, nothing inside it can tell. Give the newest checkpoint that was kept
elsewhere with --remembered: a backup from before it is refused.`,
		Example: `  enclave restore --keys /media/usb/keys /mnt/vault/officina-2026-11-25.tar /srv/officina
  enclave restore --remembered checkpoint officina.tar officina-data`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if remembered != "" {
				if o.Remembered, err = os.ReadFile(remembered); err != nil {
					return cli.Usagef("the remembered checkpoint: %v", err)
				}
			}
			done := progress(c, "restoring", &o)
			r, err := backup.Restore(c.Context(), args[0], args[1], o)
			done()
			if err != nil {
				return told("nothing was restored", err)
			}
			return sayRestored(c, args[1], r)
		},
	}
	c.Flags().StringVar(&o.Keys, "keys", "", "the folder with identity.txt and keyring.age, for a backup without keys")
	c.Flags().StringVar(&remembered, "remembered", "", "a checkpoint kept from an earlier time, which the log must continue")
	return c
}

func sayRestored(c *cobra.Command, dir string, r backup.Restored) error {
	report := struct {
		Dir        string            `json:"dir"`
		Enclave    string            `json:"enclave"`
		Created    time.Time         `json:"created"` // when it was backed up
		Files      int               `json:"files"`
		Bytes      int64             `json:"bytes"`
		Datasets   map[string]string `json:"datasets"` // name → digest of the manifest in force
		Entries    uint64            `json:"entries"`
		Root       audit.Hash        `json:"root"`
		Checkpoint string            `json:"checkpoint"`
	}{dir, r.Manifest.Enclave, r.Manifest.Created, r.Manifest.Files(), r.Manifest.Bytes(), r.Found.Datasets, r.Found.Log.Size, r.Found.Log.Root, string(r.Found.Log.Checkpoint)}
	return cli.Say(c, report, "restored %s, backed up %s, to %s\nfiles, keys, snapshots (%s) and answers are whole; the log verifies: %d entries, root %v",
		r.Manifest.Enclave, r.Manifest.Created.Format(time.DateTime), dir, strings.Join(slices.Sorted(maps.Keys(r.Found.Datasets)), ", "), r.Found.Log.Size, r.Found.Log.Root)
}
