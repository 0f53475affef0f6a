package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/durable"
)

func fmtCommand() *cobra.Command {
	var write, list bool
	c := &cobra.Command{
		Use:   "fmt FILE…",
		Short: "Lay queries out in the one way there is; comments stay",
		Example: `  cohort fmt t2d.cohort                print it, laid out
  cohort fmt -w *.cohort               lay the files out
  cohort fmt -l *.cohort               for CI: name the files whose layout differs
  cohort fmt - <t2d.cohort             from standard input`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return each(args, func(name string) error { return format(c, name, write, list) })
		},
	}
	c.Flags().BoolVarP(&write, "write", "w", false, "write the result back to the file")
	c.Flags().BoolVarP(&list, "list", "l", false, "name the files whose layout differs; without -w, exit with 2 if there are any")
	return c
}

// format lays out one file: prints it, or writes or lists it if its layout differs.
func format(c *cobra.Command, name string, write, list bool) error {
	text, err := cli.ReadFile(c, name)
	if err != nil {
		return err
	}
	out, diags := dsl.Format(text)
	if diags.Failed() {
		return &cli.Diagnosed{File: name, Source: text, List: diags}
	}
	if !write && !list {
		if cli.JSON(c) {
			return cli.Print(c.OutOrStdout(), map[string]any{"file": name, "differs": out != text, "text": out})
		}
		_, err = fmt.Fprint(c.OutOrStdout(), out)
		return err
	}
	if write && name == "-" {
		return cli.Usagef("standard input cannot be written back; leave -w out")
	}
	if out == text {
		return nil
	}
	if list {
		if err := cli.Say(c, map[string]any{"file": name, "differs": true}, "%s", name); err != nil {
			return err
		}
	}
	if write {
		return durable.WriteFile(name, []byte(out), 0o644)
	}
	return cli.Quiet(2)
}
