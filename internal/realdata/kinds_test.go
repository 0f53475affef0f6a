package realdata

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/ingest"
)

// kinds are the datasets whose tables are of the other kinds of source: how each becomes CSV files in a folder, and what is
// expected of the raw cells. The catalog, the mapping and the query of each are in testdata/kinds.
var kinds = []struct {
	name    string
	prepare func(p *preparation)
	check   func(t *testing.T, f figures, raw cells, r ingest.Report)
}{
	{"cgm5", prepareGlucose, checkGlucose},
	{"fitbit", prepareSteps, checkSteps},
	{"apulia", prepareAir, checkAir},
	{"ppk8", preparePhenopackets, checkPhenopackets},
	{"kg22", prepareVariants, checkVariants},
}

// TestKinds loads each with `enclave ingest`, runs its query over the snapshot, and compares the raw cells with figures.json.
func TestKinds(t *testing.T) {
	data := shared(t)
	figures := readFigures(t, filepath.Join(data, "figures.json"))
	c := newCentre(t)
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			p := &preparation{t, data, t.TempDir()}
			k.prepare(p)
			report := c.load(t, k.name, p.dir)
			for _, table := range report.Tables {
				if len(table.Rejected) > 0 || table.Loaded == 0 {
					t.Errorf("%s: %d loaded, rejected %v", table.Table, table.Loaded, table.Rejected)
				}
			}
			k.check(t, figures, cells(c.raw(t, k.name, "testdata/kinds/"+k.name+".cohort")), report)
		})
	}
	t.Run("five persons are too few", func(t *testing.T) {
		out, err := exec.Command(c.bin, "query", "testdata/kinds/cgm5.cohort", "--study", "public-data", "--as", "ada@example.org", "--json", "--data", c.data).Output()
		var failed *exec.ExitError
		if !errors.As(err, &failed) || failed.ExitCode() != allHidden {
			t.Fatalf("error is %v, want exit code %d", err, allHidden)
		}
		var answer struct{ Release enclave.Document }
		if err := json.Unmarshal(out, &answer); err != nil {
			t.Fatal(err)
		}
		for i, table := range answer.Release.Tables {
			if table.Hidden != table.Cells || table.Cells == 0 {
				t.Errorf("report %d shows %d of %d cells", i, table.Cells-table.Hidden, table.Cells)
			}
		}
	})
}

// allHidden is the exit code of a query whose every cell is hidden.
const allHidden = 4

// load loads the files in dir with the catalog and the mapping of a dataset.
func (c *centre) load(t *testing.T, name, dir string) ingest.Report {
	t.Helper()
	base := "testdata/kinds/" + name
	args := []string{"ingest", dir, "--catalog", base + ".catalog.yaml", "--mapping", base + ".mapping.yaml", "--json"}
	if _, err := os.Stat(base + ".vocabulary.csv"); err == nil {
		args = append(args, "--vocabulary", base+".vocabulary.csv")
	}
	return c.report(t, args)
}

// cells are the raw cells of the reports of a query.
type cells []disclosure.Counts

func (c cells) at(report int, keys ...int) disclosure.Cell {
	return found{report: report, keys: keys}.cell(c)
}

// rounded is x as figures.json rounds it.
func rounded(x float64, digits int) float64 {
	scale := math.Pow(10, float64(digits))
	return math.Round(x*scale) / scale
}

func equal(t *testing.T, what string, got, want float64) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func checkGlucose(t *testing.T, f figures, raw cells, r ingest.Report) {
	equal(t, "readings", float64(r.Tables[1].Loaded), f.at(t, "cgm5.rows", "rows"))
	equal(t, "subjects", float64(raw.at(0).Persons), f.at(t, "cgm5.rows", "subjects"))
	for i, name := range []string{"n", "min", "median", "mean", "max"} {
		equal(t, name, rounded(raw.at(1+i, 0).Sum, 0), f.at(t, "cgm5.s1_summary", name))
	}
	for i, limit := range []string{"140", "180", "200", "250"} {
		equal(t, "above "+limit, rounded(100*raw.at(6+i, 0).Sum, 3), f.at(t, "cgm5.s1_above", limit))
	}
	for i, limits := range []string{"63-140", "70-180"} {
		equal(t, "in "+limits, rounded(100*raw.at(10+i, 0).Sum, 2), f.at(t, "cgm5.s1_range", limits))
	}
	for subject := range 5 {
		name := "Subject " + string(rune('1'+subject))
		for i, place := range []string{"0", "1", "2"} {
			equal(t, name+" below "+place, rounded(100*raw.at(12+i, subject).Sum, 3), f.at(t, "cgm5.below", name+"/"+place))
		}
		equal(t, name+" GMI", rounded(3.31+0.02392*raw.at(4, subject).Sum, 3), f.at(t, "cgm5.gmi", name))
	}
}

func checkSteps(t *testing.T, f figures, raw cells, _ ingest.Report) {
	equal(t, "users", float64(raw.at(0).Persons), f.at(t, "fitbit.shape", "daily/1"))
	equal(t, "days", raw.at(1).Sum, f.at(t, "fitbit.shape", "daily/0"))
	equal(t, "hours", raw.at(2).Sum, f.at(t, "fitbit.shape", "hourly/0"))
	equal(t, "steps by day", raw.at(3).Sum, f.at(t, "fitbit.steps_sum", "daily"))
	equal(t, "steps by hour", raw.at(4).Sum, f.at(t, "fitbit.steps_sum", "hourly"))
	equal(t, "mean steps", rounded(raw.at(3).Sum/raw.at(1).Sum, 3), f.at(t, "fitbit.mean_daily", "TotalSteps"))
}

// The residents of a province's comuni together have every value of its stations once.
func checkAir(t *testing.T, f figures, raw cells, r ingest.Report) {
	equal(t, "station-days", float64(r.Tables[1].Loaded), f.at(t, "apulia.shape", "rows"))
	var sum, n float64
	for i, province := range provinces {
		sum, n = sum+raw.at(0, i).Sum, n+raw.at(1, i).Sum
		equal(t, "mean of "+province, rounded(raw.at(0, i).Sum/raw.at(1, i).Sum, 3), f.at(t, "apulia.pm10_by_province", province))
		equal(t, "days over 50 in "+province, raw.at(2, i).Sum, f.at(t, "apulia.pm10_over_50", province))
	}
	equal(t, "mean of all", rounded(sum/n, 3), f.at(t, "apulia.pm10_mean", "."))
	// Of who moved from Bari to Lecce on 16 November, half of the 30 days before 1 December were in each.
	equal(t, "mean of who moved", rounded(raw.at(3, len(provinces)).Sum, 6), rounded(movedMean, 6))
}

func checkPhenopackets(t *testing.T, f figures, raw cells, _ ingest.Report) {
	for i, gene := range genes {
		equal(t, gene, float64(raw.at(0, i).Persons), f.at(t, "ppk8.by_cohort", gene))
	}
	for i, sex := range []string{"FEMALE", "MALE", "none", "UNKNOWN_SEX"} {
		if sex != "none" {
			equal(t, sex, float64(raw.at(1, i).Persons), f.at(t, "ppk8.sex", sex))
		}
	}
	const stxbp1, nf1, yes = 0, 1, 0
	equal(t, "seizures observed", float64(raw.at(2, stxbp1, yes).Persons), f.at(t, "ppk8.seizure_stxbp1", "."))
	equal(t, "seizures excluded", float64(raw.at(3, stxbp1, yes).Persons), float64(excludedSeizures))
	equal(t, "spots observed", float64(raw.at(4, nf1, yes).Persons), f.at(t, "ppk8.cafe_nf1", "."))
	if asked := raw.at(5, nf1, yes).Persons; float64(asked) <= f.at(t, "ppk8.cafe_nf1", ".") {
		t.Errorf("%d were asked about spots, no more than have them: excluded findings were lost", asked)
	}
	equal(t, "the parent term alone", float64(raw.at(6, nf1, yes).Persons), 0)
	equal(t, "the parent term with descendants", float64(raw.at(7, nf1, yes).Persons), f.at(t, "ppk8.cafe_nf1", "."))
	equal(t, "variants of NF1", float64(raw.at(8, nf1, yes).Persons), f.at(t, "ppk8.by_cohort", "NF1"))
	equal(t, "DEE4", float64(raw.at(9, stxbp1, yes).Persons), f.at(t, "ppk8.by_cohort", "STXBP1"))
}

func checkVariants(t *testing.T, f figures, raw cells, _ ingest.Report) {
	equal(t, "samples", float64(raw.at(0).Persons), f.at(t, "kg22.samples", "samples"))
	for i, population := range []string{"AFR", "AMR", "EAS", "EUR", "SAS", "unlabelled"} {
		equal(t, population, float64(raw.at(1, i).Persons), f.at(t, "kg22.superpop", population))
	}
	for i, name := range []string{"chr22:10516173:A>G", "chr22:10522217:G>A", "chr22:10526445:A>G", "chr22:10730621:C>T", "chr22:10966478:G>A"} {
		equal(t, "AC of "+name, raw.at(2+i).Sum, f.at(t, "kg22.examples", name+"/AC"))
	}
	equal(t, "AC of all variants", raw.at(7).Sum, publishedAlleles)
}
