// Command cohort is the researcher's tool: it formats, checks and explains cohort queries, and verifies
// receipts. It is pure Go and needs no enclave.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/sqlgen"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/durable"
)

func main() { os.Exit(cli.Main(root())) }

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "cohort",
		Short: "Write, check and explain cohort queries; verify what an enclave released",
		Long: `cohort works on cohort queries (*.cohort) and on releases.

  cohort fmt t2d.cohort                          lay a query out
  cohort check t2d.cohort --catalog catalog.yaml find its faults, all at once
  cohort explain t2d.cohort --sql                what it means
  cohort verify receipt.json                     is a release genuine?

Exit codes: 0 done, 2 the query or the receipt has faults.`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(fmtCommand(), checkCommand(), explainCommand(), verifyCommand())
	return c
}

func fmtCommand() *cobra.Command {
	var write, list bool
	c := &cobra.Command{
		Use:   "fmt FILE…",
		Short: "Lay queries out in the one way there is; comments stay",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			differ := false
			for _, name := range args {
				text, err := cli.ReadFile(c, name)
				if err != nil {
					return err
				}
				out, diags := dsl.Format(text)
				if diags.Failed() {
					return &cli.Diagnosed{File: name, Source: text, List: diags}
				}
				switch {
				case list && out != text:
					differ = true
					fmt.Fprintln(c.OutOrStdout(), name)
				case write && out != text && name != "-":
					if err := durable.WriteFile(name, []byte(out), 0o644); err != nil {
						return err
					}
				case !write && !list:
					fmt.Fprint(c.OutOrStdout(), out)
				}
			}
			if differ {
				return cli.Quiet(2)
			}
			return nil
		},
	}
	c.Flags().BoolVarP(&write, "write", "w", false, "write the result back to the file")
	c.Flags().BoolVarP(&list, "list", "l", false, "name the files whose layout differs, and exit with 2 if there are any")
	return c
}

// compiled is a query with what it was compiled against.
type compiled struct {
	plan   *plan.Plan
	target dsl.Target
	diags  diag.List
	text   string
}

// compile reads the catalog and the query that the flags name.
func compile(c *cobra.Command, name string) (compiled, error) {
	text, err := cli.ReadFile(c, name)
	if err != nil {
		return compiled{}, err
	}
	target, err := readTarget(c, name)
	if err != nil {
		return compiled{}, err
	}
	params, _ := c.Flags().GetStringToString("param")
	p, diags := dsl.Compile(name, text, params, target)
	if diags.Failed() {
		return compiled{}, &cli.Diagnosed{File: name, Source: text, List: diags}
	}
	return compiled{p, target, diags, text}, nil
}

func targetFlags(c *cobra.Command) *cobra.Command {
	c.Flags().String("catalog", "", "catalog of the dataset (default: catalog.yaml beside the query or above it)")
	c.Flags().StringToString("param", nil, "value of a parameter, such as min_age=\"40 years\"")
	return c
}

// readTarget reads the catalog and the vocabulary.csv beside it.
func readTarget(c *cobra.Command, query string) (dsl.Target, error) {
	path, _ := c.Flags().GetString("catalog")
	if path == "" {
		path = findCatalog(query)
	}
	if path == "" {
		return dsl.Target{}, cli.Usagef("there is no catalog.yaml beside the query or above it; name it with --catalog")
	}
	t, err := cli.ReadTarget(c, path, "")
	return t.Target, err
}

// findCatalog looks for catalog.yaml beside a query and in the two folders above.
func findCatalog(query string) string {
	dir := filepath.Dir(query)
	for range 3 {
		path := filepath.Join(dir, "catalog.yaml")
		if _, err := os.Stat(path); err == nil {
			return path
		}
		dir = filepath.Join(dir, "..")
	}
	return ""
}

func checkCommand() *cobra.Command {
	return targetFlags(&cobra.Command{
		Use:   "check FILE…",
		Short: "Find all faults of queries at once",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			for _, name := range args {
				q, err := compile(c, name)
				if err != nil {
					return err
				}
				if cli.JSON(c) {
					if err := cli.Print(c.OutOrStdout(), map[string]any{"file": name, "digest": q.plan.Digest(), "diagnostics": q.diags}); err != nil {
						return err
					}
					continue
				}
				diag.Render(c.ErrOrStderr(), name, q.text, q.diags)
				fmt.Fprintf(c.OutOrStdout(), "%s: ok, %s\n", name, q.plan.Digest())
			}
			return nil
		},
	})
}

func explainCommand() *cobra.Command {
	var asPlan, asSQL bool
	c := targetFlags(&cobra.Command{
		Use:   "explain FILE",
		Short: "Say what a query means: an outline, the canonical plan, the SQL",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			q, err := compile(c, args[0])
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			switch {
			case asPlan:
				fmt.Fprint(out, q.plan.Canonical())
			case asSQL:
				return writeSQL(c, q)
			default:
				fmt.Fprint(out, plan.Outline(q.plan))
			}
			return nil
		},
	})
	c.Flags().BoolVar(&asPlan, "plan", false, "print the canonical plan")
	c.Flags().BoolVar(&asSQL, "sql", false, "print the SQL; code ids are those of the vocabulary, a snapshot has its own")
	c.MarkFlagsMutuallyExclusive("plan", "sql")
	return c
}

func writeSQL(c *cobra.Command, q compiled) error {
	query, err := sqlgen.Generate(q.plan, q.target.Vocabulary.Index)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.OutOrStdout(), query.SQL)
	for i, arg := range query.Args {
		fmt.Fprintf(c.OutOrStdout(), "-- $%d = %q\n", i+1, arg)
	}
	return nil
}

func verifyCommand() *cobra.Command {
	var release, keys string
	c := &cobra.Command{
		Use:   "verify receipt.json",
		Short: "Check offline that a release is what the enclave signed and logged",
		Long: `verify checks the signature of a receipt, that it was made for these bytes of release.json, and the proof
that the enclave's audit log holds the outcome. It needs the enclave's public keys: get them from the
enclave itself (enclave keys public), not from whoever gave you the release.`,
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
