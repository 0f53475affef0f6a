package population

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Rare is the code of the needle: one person in 4,000 has it.
const Rare = "ICD10:Q87.4"

// The background: codes that come with no disease of their own, the most frequent first.
var (
	conditions = shuffled(backgroundConditions())
	drugs      = shuffled(backgroundDrugs())
)

// backgroundConditions are about 2,000 codes below 400 blocks, in every chapter.
func backgroundConditions() (out []string) {
	for _, chapter := range "ABCDEFGHIJKLMNPQRSTZ" {
		for block := 0; block < 100; block += 5 {
			for _, leaf := range []string{"0", "1", "2", "8", "9"} {
				code := fmt.Sprintf("ICD10:%c%02d.%s", chapter, block, leaf)
				if !ofDisease(code) {
					out = append(out, code)
				}
			}
		}
	}
	return out
}

// backgroundDrugs are about 600 substances in every anatomical group.
func backgroundDrugs() (out []string) {
	for _, group := range "ABCDGHJLMNPRSV" {
		for n := 1; n <= 11; n++ {
			for _, substance := range []string{"AA01", "AA02", "BA01", "BC05"} {
				code := fmt.Sprintf("ATC:%c%02d%s", group, n, substance)
				if !strings.HasPrefix(code, "ATC:A10") && !ofDisease(code) {
					out = append(out, code)
				}
			}
		}
	}
	return out
}

// ofDisease tells whether a code, or a code above it, belongs to a disease.
func ofDisease(code string) bool {
	return slices.ContainsFunc(diseases[:], func(d disease) bool {
		return slices.ContainsFunc(slices.Concat(d.codes, d.drugs), func(c string) bool {
			block, _, _ := strings.Cut(c, ".")
			return code == c || strings.HasPrefix(code, block+".")
		})
	})
}

// shuffled puts codes in an order that has nothing to do with their text, the same each time.
func shuffled(codes []string) []string {
	d := newDice()
	d.throw(1991, 0, 0)
	d.rand.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
	return codes
}

// Vocabulary is the published list of all codes, as CSV: code, label (the code once more), parents (none).
func Vocabulary() []byte {
	set := map[string]bool{Rare: true, "ICD10:Q87": true}
	for _, d := range diseases {
		for _, c := range slices.Concat(d.codes, d.drugs) {
			set[c] = true
		}
	}
	for _, c := range slices.Concat(conditions, drugs) {
		set[c] = true
	}
	for c := range maps.Clone(set) {
		for _, above := range parents(c) {
			set[above] = true
		}
	}
	for _, a := range analytes {
		set[a.code] = true
	}
	var b strings.Builder
	b.WriteString("code,label,parents\n")
	for _, c := range slices.Sorted(maps.Keys(set)) {
		_, code, _ := strings.Cut(c, ":")
		fmt.Fprintf(&b, "%s,%s,\n", c, code)
	}
	return []byte(b.String())
}

// parents are the blocks above a condition (dotted) and the groups above a drug (levels 1, 3, 4, 5).
func parents(curie string) (out []string) {
	if block, _, dotted := strings.Cut(curie, "."); dotted {
		return []string{block}
	}
	if code, ok := strings.CutPrefix(curie, "ATC:"); ok {
		for _, n := range []int{1, 3, 4, 5} {
			if n < len(code) {
				out = append(out, "ATC:"+code[:n])
			}
		}
	}
	return out
}
