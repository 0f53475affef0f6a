package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/obo"
	"github.com/officina-enclave/officina/connectors/omop"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/durable"
	"github.com/officina-enclave/officina/internal/terminal"
)

func catalogCommand() *cobra.Command {
	c := &cobra.Command{Use: "catalog", Short: "Make what stands beside a catalog"}
	c.AddCommand(catalogVocabulary())
	return c
}

func catalogVocabulary() *cobra.Command {
	var out string
	var systems []string
	c := &cobra.Command{
		Use:   "vocabulary SOURCE… --out vocabulary.csv",
		Short: "Make a vocabulary (codes, labels, parents) of published files",
		Long: `vocabulary puts the codes of all sources into one file. A source is

  NAME.obo or NAME.obo.gz   an ontology, such as hp.obo (HP) or mondo.obo (MONDO)
  NAME.csv                  a vocabulary already, with the columns code, label and parents
  a folder or a zip archive the tables CONCEPT, CONCEPT_ANCESTOR and CONCEPT_RELATIONSHIP as OHDSI's Athena ships them

A code that two sources have is an error. The file is public: it holds no data of patients.`,
		Example: `  enclave catalog vocabulary hp.obo mondo.obo --systems HP,MONDO --out vocabulary.csv
  enclave catalog vocabulary athena.zip icd9cm.csv --systems SNOMED,RxNorm,ATC,ICD9CM --out vocabulary.csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var entries []catalog.Entry
			for _, source := range args {
				more, err := readSource(c, source, systems)
				if err != nil {
					return err
				}
				entries = append(entries, more...)
			}
			return writeVocabulary(c, out, entries)
		},
	}
	c.Flags().StringVar(&out, "out", "", "the file to write")
	c.Flags().StringSliceVar(&systems, "systems", nil, "code systems to keep, such as HP,SNOMED (default: all)")
	c.MarkFlagRequired("out")
	return c
}

// readSource reads one source with a progress bar.
func readSource(c *cobra.Command, source string, systems []string) (entries []catalog.Entry, err error) {
	var notes []string
	switch lower := strings.ToLower(source); {
	case strings.HasSuffix(lower, ".csv"):
		return readWords(c, source, systems)
	case strings.HasSuffix(lower, ".obo"), strings.HasSuffix(lower, ".obo.gz"):
		var v obo.Vocabulary
		v, err = readOBO(c, source, systems)
		entries, notes = v.Terms, v.Notes
	default:
		var bar *terminal.Progress
		told := int64(0)
		entries, notes, err = omop.ReadVocabulary(c.Context(), source, systems, func(done, total int64) {
			if bar == nil {
				bar = terminal.NewProgress(c.ErrOrStderr(), "reading", total)
			}
			bar.Add(done - told)
			told = done
		})
		if bar != nil {
			bar.Close()
		}
	}
	for _, note := range notes {
		fmt.Fprintln(c.ErrOrStderr(), "note: "+note)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return nil, &enclave.Error{Class: enclave.Invalid, Message: err.Error()}
	}
	return entries, err
}

func readOBO(c *cobra.Command, name string, systems []string) (obo.Vocabulary, error) {
	file, err := os.Open(name)
	if err != nil {
		return obo.Vocabulary{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return obo.Vocabulary{}, err
	}
	bar := terminal.NewProgress(c.ErrOrStderr(), "reading", info.Size())
	defer bar.Close()
	var in io.Reader = io.TeeReader(file, steps{bar})
	if strings.HasSuffix(strings.ToLower(name), ".gz") {
		if in, err = gzip.NewReader(in); err != nil {
			return obo.Vocabulary{}, &connectors.Error{File: name, Reason: "is no sound gzip file; fetch it again", Err: err}
		}
	}
	return obo.Read(c.Context(), name, in, systems)
}

// steps moves a bar on by what is written.
type steps struct{ bar *terminal.Progress }

func (s steps) Write(p []byte) (int, error) {
	s.bar.Add(int64(len(p)))
	return len(p), nil
}

// readWords reads a vocabulary file.
func readWords(c *cobra.Command, name string, systems []string) ([]catalog.Entry, error) {
	text, err := cli.ReadFile(c, name)
	if err != nil {
		return nil, err
	}
	v, diags := catalog.ParseVocabulary([]byte(text))
	if diags.Failed() {
		return nil, &cli.Diagnosed{File: name, Source: text, List: diags}
	}
	return v.Entries(systems...), nil
}

// writeVocabulary checks the codes of all sources together, and writes them.
func writeVocabulary(c *cobra.Command, out string, entries []catalog.Entry) error {
	text := catalog.FormatVocabulary(entries)
	v, diags := catalog.ParseVocabulary(text)
	if diags.Failed() {
		return &cli.Diagnosed{File: out, Source: string(text), List: diags}
	}
	if v.Len() == 0 {
		return cli.Usagef("the sources have no codes of these code systems; nothing was written")
	}
	if err := durable.WriteFile(out, text, 0o644); err != nil {
		return err
	}
	counts := map[string]int{}
	var said []string
	for _, e := range v.Entries() {
		system, _, _ := catalog.SplitCurie(e.Code)
		if counts[system]++; counts[system] == 1 {
			said = append(said, system)
		}
	}
	for i, system := range said {
		said[i] = fmt.Sprintf("%s %d", system, counts[system])
	}
	return cli.Say(c, map[string]any{"file": out, "digest": v.Digest(), "codes": counts}, "wrote %s: %d codes (%s), %s",
		out, v.Len(), strings.Join(said, ", "), v.Digest())
}
