package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl/syntax"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/stage"
	"github.com/officina-enclave/officina/internal/terminal"
	"github.com/officina-enclave/officina/policy"
)

func queryCommand() *cobra.Command {
	var o struct {
		study, dataset, subject, organisation, out string
		params                                     map[string]string
		timings                                    bool
	}
	c := &cobra.Command{
		Use:   "query FILE --study ID --as PERSON",
		Short: "Submit a cohort query in this process and show what may be released",
		Long: `query takes a cohort query all the way: compiled, decided by policy, recorded, run over the encrypted
snapshot, protected, recorded, released with a signed receipt.

Whoever can run this command holds the data folder: --as is taken at its word. Researchers come through
the service, where they log in.

Exit codes: 0 released, 2 the query has faults, 3 denied, 4 everything is hidden, 7 not found, 8 unavailable.`,
		Example: `  enclave query examples/diabetes/metformin.cohort --study diabetes --as researcher@example.org
  enclave query carriers.cohort --study oncology --as ada@example.org --param min_age="40 years" --out answer
  cohort verify answer/receipt.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := cli.ReadFile(c, args[0])
			if err != nil {
				return err
			}
			if o.dataset == "" {
				if o.dataset, err = datasetOf(args[0], text); err != nil {
					return err
				}
			}
			return withNode(c, func(ctx context.Context, n *node.Node) error {
				e, err := n.Enclave(ctx, o.dataset)
				if err != nil {
					return err
				}
				s := enclave.Submission{Name: args[0], Text: text, Params: o.params, Study: o.study,
					Subject: policy.Subject{ID: o.subject, Organisation: o.organisation, Roles: []string{"researcher"}}}
				a, err := ask(ctx, n, e, s)
				if err != nil {
					return diagnosed(err, s.Name, s.Text)
				}
				if o.out != "" {
					if err := a.save(o.out); err != nil {
						return err
					}
				}
				return a.show(c, o.timings)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&o.study, "study", "", "id of the registered study")
	f.StringVar(&o.dataset, "dataset", "", "dataset to ask (default: the one that the query names)")
	f.StringVar(&o.subject, "as", login(), "who asks: a person named in the study")
	f.StringVar(&o.organisation, "organisation", "", "of the person who asks")
	f.StringToStringVar(&o.params, "param", nil, "value of a parameter, such as min_age=\"40 years\"")
	f.StringVar(&o.out, "out", "", "folder for release.json, receipt.json and enclave-keys.json")
	f.BoolVar(&o.timings, "timings", false, "show where the time went")
	c.MarkFlagRequired("study")
	return c
}

// login is the user's name on this machine.
func login() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// datasetOf is the dataset that the study line of a query names.
func datasetOf(name, text string) (string, error) {
	file, diags := syntax.Parse(name, text)
	if diags.Failed() {
		return "", &cli.Diagnosed{File: name, Source: text, List: diags.Sorted()}
	}
	if file.Study != nil && file.Study.Dataset.Name != "" {
		return file.Study.Dataset.Name, nil
	}
	return "", cli.Usagef("%s does not say which dataset it asks: add `dataset \"…\"` to its study line, or give --dataset", name)
}

// diagnosed shows the faults of a file under its text.
func diagnosed(err error, name, text string) error {
	var e *enclave.Error
	if errors.As(err, &e) && len(e.Diagnostics) > 0 {
		return &cli.Diagnosed{File: name, Source: text, List: e.Diagnostics}
	}
	return err
}

// answer is a release that was checked as its receiver would check it.
type answer struct {
	verifiable
	name     string
	envelope enclave.Envelope
	document enclave.Document
	verdict  string
	seconds  float64
	stages   []stage.Stage
}

// proofPatience is how long an answer waits for the proof that its outcome is in the log.
const proofPatience = 3 * time.Second

// ask submits a query, waits for the inclusion proof of its receipt and verifies both.
func ask(ctx context.Context, n *node.Node, e *enclave.Enclave, s enclave.Submission) (*answer, error) {
	ctx, stages := stage.Record(ctx)
	began := time.Now()
	r, err := e.Submit(ctx, s)
	if err != nil {
		return nil, err
	}
	a := &answer{name: s.Name, envelope: r.Envelope, seconds: time.Since(began).Seconds(), stages: stages()}
	a.Release = r.Document
	if a.document, err = enclave.ParseDocument(r.Document); err != nil {
		return nil, err
	}
	if a.Keys, err = n.PublicKeys(ctx); err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, proofPatience)
	defer cancel()
	if proof, err := n.Proof(wait, r.Envelope.Receipt); err == nil {
		a.envelope.Receipt = a.envelope.Receipt.AddProof(proof)
	}
	if a.Receipt, err = a.envelope.Receipt.Encode(); err != nil {
		return nil, err
	}
	verdict, err := a.Keys.Verify(a.Receipt, a.Release)
	if err != nil {
		return nil, err
	}
	a.verdict = verdict.String()
	return a, nil
}

// show prints the tables, or one JSON object. A release in which everything is hidden exits with 4.
func (a *answer) show(c *cobra.Command, timings bool) error {
	out := c.OutOrStdout()
	if cli.JSON(c) {
		if err := cli.Print(out, map[string]any{"release": a.document, "envelope": a.envelope, "seconds": a.seconds, "receipt": a.verdict}); err != nil {
			return err
		}
	} else if err := a.write(out, timings); err != nil {
		return err
	}
	if a.document.Withheld {
		return cli.Quiet(enclave.Withheld.Exit())
	}
	return nil
}

func (a *answer) write(w io.Writer, timings bool) error {
	for _, t := range a.document.Tables {
		if err := terminal.Table(w, terminal.StyleOf(w), t); err != nil {
			return err
		}
		fmt.Fprintln(w)
	}
	if a.document.Withheld {
		fmt.Fprintln(w, "Every cell is hidden: ask about more persons, or group more coarsely.")
	}
	repeat := ""
	if a.envelope.Repeat {
		repeat = " (a repeat: the stored answer, at no cost)"
	}
	fmt.Fprintf(w, "run %s%s\nreceipt: %s\n", a.envelope.Run, repeat, a.verdict)
	if timings {
		writeStages(w, a.stages, a.seconds)
	}
	return nil
}
