package main

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
)

// verdicts compare r with the targets.
func (r results) verdicts() []verdict {
	worst := func(share func(result) float64) (name string, most float64) {
		for _, q := range r.Queries {
			if s := share(q); s > most {
				name, most = q.Name, s
			}
		}
		return name, most
	}
	slow, hot := worst(func(q result) float64 { return q.HotMs / (hotRatio*q.PlainMs + hotMs) })
	slower, cold := worst(func(q result) float64 { return q.ColdMs / (coldRatio*q.PlainMs + coldMs) })
	return []verdict{
		{fmt.Sprintf("hot ≤ %v × plain, geometric mean", hotGeomean), fmt.Sprintf("%.2f ×", r.GeomeanHot), r.GeomeanHot <= hotGeomean},
		{fmt.Sprintf("hot ≤ %v × plain + %d ms, every query", hotRatio, hotMs), fmt.Sprintf("at most %.0f %% of that (%s)", 100*hot, slow), hot <= 1},
		{fmt.Sprintf("cold ≤ %d × plain + %d ms, every query", coldRatio, coldMs), fmt.Sprintf("at most %.0f %% of that (%s)", 100*cold, slower), cold <= 1},
		{fmt.Sprintf("peak of the query process ≤ %d MB", peakMB), fmt.Sprintf("%.0f MB", r.PeakMB), r.PeakMB <= peakMB},
		{"ingest of scale 1 under 10 minutes", fmt.Sprintf("%.1f s at scale %v", r.Ingest, r.Scale), r.Ingest < ingestTarget},
		{"ingest of scale 1 within 4 GiB", fmt.Sprintf("%.0f MB at scale %v", r.IngestPeakMB, r.Scale), r.IngestPeakMB <= ingestMB},
	}
}

// page writes docs/benchmarks.md.
func page(r results, m measurement, command string) string {
	var b strings.Builder
	b.WriteString(pageHead)
	fmt.Fprintf(&b, "| | |\n|---|---|\n")
	for _, line := range [][2]string{
		{"command", "`" + command + "`"},
		{"date", moment(m.finished)},
		{"machine", fmt.Sprintf("%s; %d threads a side; a load of %.1f before the first run", machine(), m.threads, m.load)},
		{"versions", fmt.Sprintf("%s, DuckDB %s", runtime.Version(), m.duckdb)},
		{"data", fmt.Sprintf("scale %v: %d persons, %d rows; %.0f MB in plain, %.0f MB sealed", r.Scale, m.data.Persons, m.data.Rows, m.data.PlainMB, m.data.SealedMB)},
		{"ingest", fmt.Sprintf("%.1f s, peak %.0f MB, on %s", r.Ingest, r.IngestPeakMB, moment(m.data.Made))},
		{"asked again, as policy took too long", fmt.Sprintf("%d of %d submissions", m.again, m.asked)},
		{"peak of the query process", fmt.Sprintf("%.0f MB (the plain side: %.0f MB)", r.PeakMB, m.plainMB)},
	} {
		fmt.Fprintf(&b, "| %s | %s |\n", line[0], line[1])
	}
	b.WriteString("\n## Targets\n\n| target | measured | |\n|---|---|---|\n")
	for _, v := range r.verdicts() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", v.target, v.measured, met(v.met))
	}
	b.WriteString("\n" + times(r, m))
	if len(m.constructs) > 0 {
		b.WriteString(constructsTable(m.constructs))
	}
	b.WriteString(breakdown("hot", m.queries, func(q *timed) ([]float64, map[string][]float64) { return q.hot, q.hotStages }))
	b.WriteString(breakdown("cold", m.queries, func(q *timed) ([]float64, map[string][]float64) { return q.cold, q.coldStages }))
	b.WriteString(manner(m))
	return b.String()
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "**missed**"
}

// times is a line for each query: medians and quartiles.
func times(r results, m measurement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## Queries\n\nMilliseconds: median [lower quartile–upper quartile] of %d runs (plain: of both pairs together). The fastest in plain comes first.\n\n", len(m.queries[0].hot))
	b.WriteString("| query | plain | hot | ÷ plain | | cold | ÷ plain | |\n|---|---:|---:|---:|---|---:|---:|---|\n")
	for i, q := range m.queries {
		x := r.Queries[i]
		fmt.Fprintf(&b, "| [%s](../bench/queries/%s.cohort): %s | %s | %s | %.2f | %s | %s | %.2f | %s |\n", x.Name, x.Name, q.query.title(),
			spread(q.plain), spread(q.hot), x.hot(), met(x.hotMet()), spread(q.cold), x.cold(), met(x.coldMet()))
	}
	fmt.Fprintf(&b, "| geometric mean | | | %.2f | %s | | %.2f | |\n", r.GeomeanHot, met(r.GeomeanHot <= hotGeomean), r.GeomeanCold)
	return b.String()
}

func spread(times []float64) string {
	return fmt.Sprintf("%.1f [%.1f–%.1f]", median(times), quantile(times, 0.25), quantile(times, 0.75))
}

// breakdown shows the stages of a way of asking that take longest.
func breakdown(title string, queries []*timed, of func(*timed) (whole []float64, stages map[string][]float64)) string {
	total := map[string]float64{}
	for _, q := range queries {
		_, stages := of(q)
		for name, times := range stages {
			total[name] += median(times)
		}
	}
	delete(total, "run") // holds the stages "run: …"
	names := slices.SortedFunc(maps.Keys(total), func(a, b string) int { return cmp.Compare(total[b], total[a]) })
	names = names[:min(len(names), 10)]
	var b strings.Builder
	fmt.Fprintf(&b, "\n## Where the time goes, %s\n\nMedians in milliseconds of the stages that take longest.\n\n| query | %s | %s |\n|---|---:%s|\n",
		title, title, strings.Join(names, " | "), strings.Repeat("|---:", len(names)))
	for _, q := range queries {
		whole, stages := of(q)
		fmt.Fprintf(&b, "| %s | %.1f", q.query.name, median(whole))
		for _, name := range names {
			fmt.Fprintf(&b, " | %.1f", median(stages[name]))
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

// manner compares with ehrQL's, where there is a query in it.
func manner(m measurement) string {
	var b strings.Builder
	for _, q := range m.queries {
		if len(q.ehrql) > 0 {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f |\n", q.query.name, spread(q.plain), spread(q.hot), spread(q.ehrql), median(q.hot)/median(q.ehrql))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return ehrqlHead + b.String()
}

const pageHead = `# Benchmarks

Written by ` + "`make bench`" + `; the figures are of one machine on one day. ` + "`go run ./bench --help`" + ` tells how to run it smaller.

What is compared:

- **plain**: the SQL that a good analyst would write by hand ([bench/sql](../bench/sql)), in a long-lived, unlocked DuckDB with its own
  defaults, on as many threads, over the same sorted Parquet in plain. Codes are looked up in the dictionary as part of the query.
- **hot**: the whole ` + "`enclave.Submit`" + `: compile, policy, audit log, keys, locked instance, protection, receipt. All images are in the
  cache, the answer is not: each run asks a question of its own, and one that was answered from the store stops the benchmark.
- **cold**: the same in a data folder just opened: no image, no key, no dictionary in memory; the files are in the page cache. To open
  the folder is not counted.

Before anything is measured, both sides answer each query without protection, and must count exactly the same persons. Plain and hot,
then plain and cold, take turns, each first in every second pair, with a rest of 50 ms before each. Times end before padding: there is
none yet. The peak is the resident memory and the memory files of the process that submits, looked at every 20 ms. The persons are made
up ([bench/population](../bench/population)).

`

const ehrqlHead = `
## ehrQL's manner

[ehrQL](https://docs.opensafely.org/ehrql/) makes one row a patient of each variable in a query of its own, joins them to the population,
and hands the rows out; counting comes after. [bench/ehrql](../bench/ehrql) is SQL in that manner, as its
[wiki](https://github.com/opensafely-core/ehrql/wiki/ehrQL-SQL-patterns) shows it, written by us, not by ehrQL, on the same plain DuckDB,
with the counting as a last statement. So it says what the manner costs on this engine, not what ehrQL costs on its own
servers, nor on SQLite or PostgreSQL.

| query | plain | hot | ehrQL's manner | hot ÷ ehrQL's manner |
|---|---:|---:|---:|---:|
`
