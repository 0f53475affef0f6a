package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reasons are what a larger minimum cell is for, in the order of the sentences.
var reasons = []struct{ key, words string }{
	{"genomic", "genomic columns"},
	{"location", "locations"},
	{"free_date", "dates on no grid"},
	{"protected", "protected topics"},
	{"fine_age", "age bands below five years"},
}

// Sentences say in plain English what the board decided, for people who do not read YAML.
func (b Board) Sentences() []string {
	all := []string{
		fmt.Sprintf("Only persons whom an active study names may ask, in the role of %s.", or(b.Roles)),
		fmt.Sprintf("A study may be given these kinds of report: %s.", strings.Join(b.Kinds, ", ")),
		fmt.Sprintf("No cell below %d persons is shown, and nothing of a cohort below %d persons. %s", b.cell(), b.Terms.MinCohort, b.rounding()),
	}
	all = append(all, b.larger()...)
	all = append(all, b.dimensions())
	if b.Terms.Review != ReviewNone {
		all = append(all, fmt.Sprintf("Output checkers (%s) must approve every release.", b.Terms.Review))
	}
	if len(b.Countries) > 0 {
		all = append(all, fmt.Sprintf("Where a dataset is limited to a region, results may go to %s.", or(b.Countries)))
	}
	all = append(all, each("Where dataset %s asks for an agreement by hand, it is given for %s.", b.Agreed)...)
	all = append(all, each("A dataset for %s may be used for narrower ones: %s.", b.Diseases)...)
	return append(all, fmt.Sprintf("Questions about a study go to %s.", b.Contact))
}

// cell is the smallest cell of an ordinary answer.
func (b Board) cell() int { return max(b.Terms.MinCell, b.Terms.TrueMin) }

func (b Board) rounding() string {
	if b.Terms.RoundTo == 1 {
		return "Counts are not rounded."
	}
	return fmt.Sprintf("Counts are rounded to %d.", b.Terms.RoundTo)
}

// larger names the reasons for a larger minimum cell, those of one size together.
func (b Board) larger() []string {
	bySize := map[int][]string{}
	for _, r := range reasons {
		if size := b.MinCell[r.key]; size > b.cell() {
			bySize[size] = append(bySize[size], r.words)
		}
	}
	var all []string
	for _, size := range slices.Sorted(maps.Keys(bySize)) {
		all = append(all, fmt.Sprintf("No cell below %d persons is shown where a query touches %s.", size, or(bySize[size])))
	}
	return all
}

func (b Board) dimensions() string {
	ordinary := b.Dimensions["ordinary"]
	return fmt.Sprintf("A report has at most %s; %d where a query touches locations, %d where it touches genomic columns.",
		dimensions(ordinary), min(ordinary, b.Dimensions["location"]), min(ordinary, b.Dimensions["genomic"]))
}

// each says one sentence for every list of words, in order of their keys.
func each(sentence string, lists map[string][]string) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(lists)) {
		if len(lists[key]) > 0 {
			all = append(all, fmt.Sprintf(sentence, key, strings.Join(lists[key], ", ")))
		}
	}
	return all
}

// or joins words as in "a, b or c".
func or(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// dimensions is "1 dimension", "2 dimensions".
func dimensions(n int) string {
	if n == 1 {
		return "1 dimension"
	}
	return fmt.Sprintf("%d dimensions", n)
}
