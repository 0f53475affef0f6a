package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
)

//go:embed catalog.yaml queries/*.cohort sql/*.sql ehrql/*.sql constructs/*
var files embed.FS

// query is one question in the ways in which it is asked.
type query struct {
	name   string
	cohort string // for the enclave
	plain  string // SQL by hand
	ehrql  string // SQL in the manner of ehrQL; "" where there is none
}

// neutral is a number that every query and its SQL hold where it changes nothing: in a code that nobody has, or as a
// bound that nobody reaches. With another number there, the question is a new one with the same answer.
const neutral = "9000"

// asked is the text of a question as it is asked for the n-th time.
func asked(text string, n int) string {
	return strings.ReplaceAll(text, neutral, strconv.Itoa(9000+n))
}

// load reads the queries whose names match, in the order of their names.
func load(only string) ([]query, error) {
	return from("queries", "sql", only)
}

// from reads the queries of one folder, with their SQL from another.
func from(queries, sql, only string) ([]query, error) {
	match, err := regexp.Compile(only)
	if err != nil {
		return nil, fmt.Errorf("--only: %w", err)
	}
	names, err := fs.Glob(files, queries+"/*.cohort")
	if err != nil {
		return nil, err
	}
	var out []query
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".cohort")
		if !match.MatchString(name) {
			continue
		}
		q := query{name: name}
		var errs [3]error
		q.cohort, errs[0] = read(file)
		q.plain, errs[1] = read(sql + "/" + name + ".sql")
		if q.ehrql, errs[2] = read("ehrql/" + name + ".sql"); errors.Is(errs[2], fs.ErrNotExist) || sql == queries {
			q.ehrql, errs[2] = "", nil
		}
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("--only: no query is called %s", only)
	}
	return out, nil
}

// title is what the study of a query is called: the first text in quotation marks.
func (q query) title() string {
	parts := strings.SplitN(q.cohort, `"`, 3)
	return parts[min(1, len(parts)-1)]
}

func read(name string) (string, error) {
	text, err := files.ReadFile(name)
	return string(text), err
}
