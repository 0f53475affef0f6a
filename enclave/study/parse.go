package study

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/officina-enclave/officina/policy"
	"go.yaml.in/yaml/v3"
)

// document is the YAML file: a format number and the fields of policy.Study.
type document struct {
	Format       int `yaml:"format"`
	policy.Study `yaml:",inline"`
}

// Parse reads the YAML of a study, format 1, and checks what a board should hear of before it signs.
// Errors are of class [ErrFormat]; those of YAML name the line.
func Parse(text []byte) (Study, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var of struct {
		Format int `yaml:"format"`
	}
	if err := yaml.Unmarshal(text, &of); err == nil && of.Format > 1 { // another format may have other keys
		return Study{}, fmt.Errorf("%w: format %d is newer than this program, which reads 1; upgrade enclave", ErrFormat, of.Format)
	}
	var doc document
	if err := dec.Decode(&doc); err != nil {
		return Study{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := dec.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return Study{}, fmt.Errorf("%w: more than one document", ErrFormat)
	}
	if err := doc.check(); err != nil {
		return Study{}, err
	}
	return Study{Study: doc.Study, Digest: digest(text)}, nil
}

func (d document) check() error {
	_, dateErr := time.Parse(time.DateOnly, d.Approval.ValidUntil)
	rules := []struct {
		ok   bool
		want string
	}{
		{d.Format == 1, "format must be 1"},
		{idPattern.MatchString(d.ID), "id must be a study id"},
		{d.Title != "", "title is missing"},
		{slices.Contains([]string{"active", "suspended", "closed"}, d.Status), "status must be active, suspended or closed"},
		{len(d.Purpose) > 0, "purpose must list DUO and MONDO terms"},
		{len(d.Uses) > 0, "uses must list words of EHDS Art. 53"},
		{d.Approval.ID != "", "approval.id is missing"},
		{dateErr == nil, "approval.valid_until must be a date, YYYY-MM-DD"},
		{len(d.Persons) > 0, "persons must list who may ask"},
		{len(d.Datasets) > 0, "datasets must list what may be asked"},
		{len(d.Kinds) > 0, "kinds must list kinds of report"},
		{len(d.Recipients) > 0, "recipients must list who receives the releases"},
	}
	for _, r := range rules {
		if !r.ok {
			return fmt.Errorf("%w: %s", ErrFormat, r.want)
		}
	}
	return nil
}
