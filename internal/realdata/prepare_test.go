package realdata

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// preparation makes CSV files of the shared data in dir.
type preparation struct {
	t    *testing.T
	data string
	dir  string
}

func (p *preparation) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// open opens a file of the shared data, decompressed where it is compressed.
func (p *preparation) open(name string) io.Reader {
	p.t.Helper()
	f, err := os.Open(filepath.Join(p.data, name))
	p.must(err)
	p.t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return f
	}
	plain, err := gzip.NewReader(f)
	p.must(err)
	return plain
}

// copy puts a file of the shared data into dir under another name.
func (p *preparation) copy(name, as string) {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.data, name))
	p.must(err)
	p.must(os.WriteFile(filepath.Join(p.dir, as), text, 0o600))
}

// rows reads a CSV file, with the columns of each row by header.
func (p *preparation) rows(name string, yield func(row map[string]string)) {
	p.t.Helper()
	r := csv.NewReader(p.open(name))
	header, err := r.Read()
	p.must(err)
	for {
		record, err := r.Read()
		if err == io.EOF {
			return
		}
		p.must(err)
		row := map[string]string{}
		for i, text := range record {
			row[header[i]] = text
		}
		yield(row)
	}
}

// table writes a CSV file into dir: the header, and each row that fill adds.
func (p *preparation) table(name string, header []string, fill func(add func(...string))) {
	p.t.Helper()
	f, err := os.Create(filepath.Join(p.dir, name))
	p.must(err)
	buffered := bufio.NewWriter(f)
	w := csv.NewWriter(buffered)
	p.must(w.Write(header))
	fill(func(row ...string) { p.must(w.Write(row)) })
	w.Flush()
	p.must(w.Error())
	p.must(buffered.Flush())
	p.must(f.Close())
}

func prepareGlucose(p *preparation) {
	p.copy("wearables/cgm_iglu_5/example_data_5_subject.csv.gz", "cgm.csv.gz")
	p.table("persons.csv", []string{"id", "subject"}, func(add func(...string)) {
		for n := range 5 {
			add("Subject "+strconv.Itoa(n+1), strconv.Itoa(n+1))
		}
	})
}

func prepareSteps(p *preparation) {
	for _, name := range []string{"dailySteps_merged.csv.gz", "hourlySteps_merged.csv.gz"} {
		p.copy("wearables/fitbit_fitabase_2016/"+name, name)
	}
}

var provinces = []string{"BA", "BR", "BT", "FG", "LE", "TA"}

// movedMean is the mean of who moved, as prepareAir makes it.
var movedMean float64

const (
	bari  = "072006"
	lecce = "075035"
)

// prepareAir gives every comune with a station one resident, and makes one person who moves from Bari to Lecce.
func prepareAir(p *preparation) {
	comuneOf, provinceOf := map[string]string{}, map[string]string{}
	p.rows("environment/apulia_stations_comune.csv", func(row map[string]string) {
		comuneOf[row["station"]], provinceOf[row["codice_comune"]] = row["codice_comune"], row["sigla"]
	})
	p.table("persons.csv", []string{"id", "province"}, func(add func(...string)) {
		for comune, province := range provinceOf {
			add("of-"+comune, province)
		}
		add("moved", "moved")
	})
	p.table("residence.csv", []string{"id", "comune", "from", "to"}, func(add func(...string)) {
		for comune := range provinceOf {
			add("of-"+comune, comune, "2010-01-01", "")
		}
		add("moved", bari, "2010-01-01", "2022-11-15")
		add("moved", lecce, "2022-11-16", "")
	})
	sum, n := 0.0, 0.0
	p.table("air.csv", []string{"comune", "day", "station", "pm10"}, func(add func(...string)) {
		p.rows("environment/apulia_air_quality_2022.csv.gz", func(row map[string]string) {
			station, day, pm10 := row["AirQualityStation"], row["time"], row["AQ_mean_PM10"]
			comune := comuneOf[station]
			add(comune, day, station, pm10)
			lived := comune == bari && day >= "2022-11-01" && day <= "2022-11-15" || comune == lecce && day >= "2022-11-16" && day < "2022-12-01"
			if x, err := strconv.ParseFloat(pm10, 64); err == nil && lived {
				sum, n = sum+x, n+1
			}
		})
	})
	movedMean = sum / n
}

var genes = []string{"STXBP1", "NF1", "GNAS", "CYP21A2", "PTPN11", "KMT2D", "AIRE", "SUOX"}

// packet is what is read of a phenopacket, version 2.
type packet struct {
	ID                 string
	Subject            struct{ Sex string }
	PhenotypicFeatures []struct {
		Type     struct{ ID string }
		Excluded bool
	}
	Diseases        []struct{ Term struct{ ID string } }
	Interpretations []struct {
		Diagnosis struct {
			GenomicInterpretations []struct {
				VariantInterpretation struct {
					AcmgPathogenicityClassification string
					VariationDescriptor             struct {
						GeneContext  struct{ ValueID string }
						Expressions  []struct{ Syntax, Value string }
						AllelicState struct{ ID string }
					}
				}
			}
		}
	}
}

// excludedSeizures counts persons of STXBP1 in whom seizures were looked for and not found.
var excludedSeizures int

func preparePhenopackets(p *preparation) {
	geneOf := map[string]string{}
	p.rows("phenopackets/index.csv", func(row map[string]string) { geneOf[row["id"]] = row["cohort"] })
	var all []packet
	for d := json.NewDecoder(p.open("phenopackets/phenopackets_8_cohorts.ndjson.gz")); d.More(); {
		var one packet
		p.must(d.Decode(&one))
		all = append(all, one)
	}
	p.table("persons.csv", []string{"id", "gene", "sex"}, func(add func(...string)) {
		for _, one := range all {
			add(one.ID, geneOf[one.ID], one.Subject.Sex)
		}
	})
	excludedSeizures = 0
	p.table("phenotype.csv", []string{"id", "term", "excluded"}, func(add func(...string)) {
		for _, one := range all {
			for _, f := range one.PhenotypicFeatures {
				add(one.ID, f.Type.ID, strconv.FormatBool(f.Excluded))
				if f.Type.ID == "HP:0001250" && f.Excluded && geneOf[one.ID] == "STXBP1" {
					excludedSeizures++ // no packet of them says so twice
				}
			}
		}
	})
	p.table("disease.csv", []string{"id", "term"}, func(add func(...string)) {
		for _, one := range all {
			for _, d := range one.Diseases {
				add(one.ID, d.Term.ID)
			}
		}
	})
	p.table("variant.csv", []string{"id", "gene", "hgvs", "zygosity", "significance"}, func(add func(...string)) {
		for _, one := range all {
			one.variants(func(row ...string) { add(append([]string{one.ID}, row...)...) })
		}
	})
}

func (one packet) variants(yield func(row ...string)) {
	for _, i := range one.Interpretations {
		for _, g := range i.Diagnosis.GenomicInterpretations {
			v := g.VariantInterpretation
			hgvs := ""
			for _, e := range v.VariationDescriptor.Expressions {
				if e.Syntax == "hgvs.c" {
					hgvs = e.Value
				}
			}
			yield(v.VariationDescriptor.GeneContext.ValueID, hgvs, v.VariationDescriptor.AllelicState.ID, v.AcmgPathogenicityClassification)
		}
	}
}

// publishedAlleles is the sum of INFO/AC over the variants.
var publishedAlleles float64

// prepareVariants writes who carries which variant. Samples without a line in the panel have no population.
func prepareVariants(p *preparation) {
	populationOf := map[string]string{}
	panel := bufio.NewScanner(p.open("genomics/1000g_chr22_hg38/integrated_call_samples_v3.20130502.ALL.panel"))
	for panel.Scan() {
		if f := strings.Fields(panel.Text()); len(f) >= 3 {
			populationOf[f[0]] = f[2]
		}
	}
	vcf := bufio.NewScanner(p.open("genomics/1000g_chr22_hg38/test_1000G_hg38.vcf.gz"))
	vcf.Buffer(nil, 1<<20)
	var samples []string
	publishedAlleles = 0
	p.table("variant.csv", []string{"sample", "variant", "zygosity"}, func(add func(...string)) {
		for vcf.Scan() {
			f := strings.Split(vcf.Text(), "\t")
			switch {
			case f[0] == "#CHROM":
				samples = f[9:]
			case !strings.HasPrefix(f[0], "#"):
				p.carriers(f, samples, add)
			}
		}
	})
	p.must(vcf.Err())
	p.table("persons.csv", []string{"sample", "population"}, func(add func(...string)) {
		for _, s := range samples {
			add(s, populationOf[s])
		}
	})
}

// carriers adds a row for each sample that has the variant of a VCF line, on one chromosome or on both.
func (p *preparation) carriers(f, samples []string, add func(...string)) {
	name := f[0] + ":" + f[1] + ":" + f[3] + ">" + f[4]
	for info := range strings.SplitSeq(f[7], ";") {
		if count, ok := strings.CutPrefix(info, "AC="); ok {
			n, err := strconv.ParseFloat(count, 64)
			p.must(err)
			publishedAlleles += n
		}
	}
	for i, genotype := range f[9:] {
		switch strings.Count(genotype, "1") {
		case 1:
			add(samples[i], name, "het")
		case 2:
			add(samples[i], name, "hom")
		}
	}
}
