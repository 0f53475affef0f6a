package pilots

import (
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// life is one person while their rows are made. All is drawn, whichever table is read.
type life struct {
	*rand.Rand
	seed  uint64
	id    string
	table string // whose rows are kept
	rows  [][]connectors.Cell

	sex  string
	born catalog.Date
}

const (
	female = "female"
	male   = "male"
	year   = 365.25
)

// add adds a row of the person to a table; an empty text is a missing cell.
func (l *life) add(table string, texts ...string) {
	l.place(table, append([]string{l.id}, texts...)...)
}

// place adds a row of no person.
func (l *life) place(table string, texts ...string) {
	if table != l.table {
		return
	}
	row := make([]connectors.Cell, len(texts))
	for i, text := range texts {
		if text != "" {
			row[i] = connectors.Known(text)
		}
	}
	l.rows = append(l.rows, row)
}

// be draws the sex, women with the share given, and a birth so that the age on a day lies between two ages.
func (l *life) be(women float64, on catalog.Date, youngest, oldest float64) {
	l.sex = male
	if l.chance(women) {
		l.sex = female
	}
	age := youngest + (oldest-youngest)*l.Float64()
	l.born = on - catalog.Date(age*year)
}

// age is in years, with a fraction.
func (l *life) age(on catalog.Date) float64 { return float64(on-l.born) / year }

// chance is true with probability p.
func (l *life) chance(p float64) bool { return l.Float64() < p }

// normal draws from the normal distribution, within bounds.
func (l *life) normal(mean, sd, low, high float64) float64 {
	return min(max(mean+sd*l.NormFloat64(), low), high)
}

// days draws a whole number of days, both ends included.
func (l *life) days(from, to int) catalog.Date { return catalog.Date(from + l.IntN(to-from+1)) }

// minutes draws a whole number of minutes about a median, skewed to the right.
func (l *life) minutes(median, spread float64) catalog.Moment {
	return catalog.Moment(max(1, median*math.Exp(spread*l.NormFloat64())))
}

// one draws one of the words.
func (l *life) one(words ...string) string { return words[l.IntN(len(words))] }

// first is the first word with probability p, else the other.
func (l *life) first(p float64, word, other string) string {
	if l.chance(p) {
		return word
	}
	return other
}

func day(text string) catalog.Date {
	d, err := catalog.ParseDate(text)
	if err != nil {
		panic(err) // of a literal
	}
	return d
}

// at is a minute of a day.
func at(d catalog.Date, minute int) catalog.Moment {
	return catalog.Moment(int64(d)*24*60 + int64(minute))
}

// number writes a decimal number.
func number(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }

var (
	personColumns    = []string{connectors.Person, "sex", "birth_date"}
	conditionColumns = []string{connectors.Person, connectors.Start, connectors.Code}
	drugColumns      = []string{connectors.Person, connectors.Start, connectors.End, connectors.Code}
	variantColumns   = []string{connectors.Person, connectors.Code, "hgvs", "zygosity", "origin", "significance", "consequence"}
)
