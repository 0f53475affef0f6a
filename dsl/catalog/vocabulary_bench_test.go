package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// million is a vocabulary of a million codes with labels of the length that SNOMED CT has, of which one in eight has two
// parents; its ancestor table would have some 11 million rows. Codes are numbers in no order, as in SNOMED CT.
var million = sync.OnceValue(func() []byte { return written(true) })

// sorted is the same as the commands write it: by code.
var sorted = sync.OnceValue(func() []byte { return written(false) })

func written(shuffled bool) []byte {
	const n = 1_000_000
	random := rand.New(rand.NewPCG(1, 2))
	code := func(i int) string { return "SNOMED:" + strconv.Itoa((i*7_919_993+104_729)%99_999_989) }
	rows := make([]string, n)
	for i := range rows {
		parents := ""
		if i > 0 {
			parents = code((i - 1) / 4)
			if i%8 == 7 {
				parents += " " + code(random.IntN(i/4)) // from a level above
			}
		}
		rows[i] = fmt.Sprintf("%s,Finding of the %d. kind in region %d (disorder),%s", code(i), i, i%1000, parents)
	}
	if slices.Sort(rows); shuffled {
		random.Shuffle(n, func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	}
	return []byte("code,label,parents\n" + strings.Join(rows, "\n") + "\n")
}

// The first of the tree, whose descendants are all; one with 16,384 of its tree; and one with 64.
var tops = []struct {
	name string
	at   int
}{{"root", 0}, {"large", 30}, {"small", 5000}}

func top(at int) []catalog.Term {
	curie := "SNOMED:" + strconv.Itoa((at*7_919_993+104_729)%99_999_989)
	return []catalog.Term{{Curie: curie, Descendants: true}}
}

func BenchmarkMillionParse(b *testing.B) {
	b.Run("sorted", func(b *testing.B) { benchmarkParse(b, sorted()) })
	b.Run("shuffled", func(b *testing.B) { benchmarkParse(b, million()) })
}

func benchmarkParse(b *testing.B, text []byte) {
	b.SetBytes(int64(len(text)))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var v *catalog.Vocabulary
	for b.Loop() {
		v, _ = catalog.ParseVocabulary(text)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-held")
	runtime.KeepAlive(v)
}

func BenchmarkMillionExpand(b *testing.B) {
	v, _ := catalog.ParseVocabulary(million())
	for _, t := range tops {
		b.Run("cold/"+t.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				v.Forget()
				n = len(v.Expand(systems, top(t.at), nil))
			}
			b.ReportMetric(float64(n), "codes")
		})
		b.Run("warm/"+t.name, func(b *testing.B) {
			for b.Loop() {
				v.Expand(systems, top(t.at), nil)
			}
		})
	}
}

func BenchmarkMillionContaining(b *testing.B) {
	v, _ := catalog.ParseVocabulary(million())
	v.Containing([]string{"SNOMED"}, "first")
	b.ResetTimer()
	for b.Loop() {
		v.Containing([]string{"SNOMED"}, "Region 77 (")
	}
}
