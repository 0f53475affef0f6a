package population

import "math"

// Days count from periodStart.
const (
	year      = 365.25
	periodLen = 5114 // days of 2012 to 2025
)

// life is who a person is, the same in every table.
type life struct {
	sex      string
	born     int // day; before the period it is negative
	death    int // day; 0: alive at the end
	from, to int // days in which something can be recorded
	age      float64
	load     float64 // how much is recorded of the person, 1 at the mean
	onset    [len(diseases)]int
}

// never is the onset of a disease that the person does not get.
const never = math.MaxInt

// ages weigh the years of birth: place i is an age of i-13 at the start of the period.
var ages = newWheel(agePyramid())

func agePyramid() []float64 {
	out := make([]float64, 13+96)
	for i := range out {
		age := float64(i - 13)
		out[i] = (0.7 + 0.5*math.Exp(-math.Pow((age-42)/22, 2))) / (1 + math.Exp((age-82)/5))
	}
	return out
}

// live draws the person.
func (l *life) live(d *dice) {
	*l = life{sex: "male", to: periodLen - 1}
	if d.chance(0.513) {
		l.sex = "female"
	}
	l.born = -int((float64(ages.spin(d)-13) + d.share()) * year)
	l.from = max(0, l.born)
	l.die(d)
	l.age = max(0, float64((l.from+l.to)/2-l.born)/year)
	frailty := math.Exp(d.normal(-0.18, 0.6)) // of mean 1
	l.load = frailty * (0.35 + l.age/70) * float64(l.to-l.from+1) / periodLen
	for i := range diseases {
		l.onset[i] = diseases[i].onset(d, l, frailty)
	}
}

// die draws the day of death by Gompertz's law: a yearly hazard of e^(-10.6 + 0.096·age).
func (l *life) die(d *dice) {
	const a, b = -10.6, 0.096
	age := float64(l.from-l.born) / year
	years := math.Log(1-b*math.Log(1-d.share())*math.Exp(-a-b*age)) / b
	if day := l.from + 1 + int(years*year); day < periodLen {
		l.death, l.to = day, day
	}
}

// day is one on which something can be recorded, not before from.
func (l *life) day(d *dice, from int) int {
	from = max(from, l.from)
	return from + d.below(l.to-from+1)
}

// disease is chronic: it brings condition codes, drugs and measurements each year from its onset on.
type disease struct {
	share, middle, width float64 // prevalence: share / (1 + e^((middle - age) / width))
	women                bool    // only
	codes, drugs         []string
	tests                []int      // places in analytes
	yearly               [4]float64 // events a year, in the order of eventTables
}

const diabetes = 0

var diseases = [...]disease{
	{0.20, 68, 9, false, []string{"ICD10:E11.9", "ICD10:E11.2", "ICD10:E11.3", "ICD10:E11.4", "ICD10:E11.5", "ICD10:E11"},
		[]string{"ATC:A10BA02", "ATC:A10BA02", "ATC:A10BK01", "ATC:A10BJ06", "ATC:A10AE04", "ATC:A10BB12"}, []int{hba1c, hba1c, glucose, bmi}, [4]float64{1.2, 2.5, 4, 0.6}},
	{0.55, 62, 10, false, []string{"ICD10:I10"}, []string{"ATC:C09AA05", "ATC:C08CA01", "ATC:C07AB07"}, []int{systolic, creatinine}, [4]float64{0.5, 1.6, 1.6, 0.3}},
	{0.12, 78, 7, false, []string{"ICD10:I50.0", "ICD10:I50.1", "ICD10:I50.9"}, []string{"ATC:C03CA01", "ATC:C03DA01", "ATC:C09DX04"}, []int{creatinine, systolic}, [4]float64{1.5, 2.5, 3, 1.5}},
	{0.11, 70, 9, false, []string{"ICD10:J44.0", "ICD10:J44.1", "ICD10:J44.9"}, []string{"ATC:R03AC02", "ATC:R03BB04"}, []int{haemoglobin}, [4]float64{1, 2, 1, 0.8}},
	{0.13, 76, 8, false, []string{"ICD10:N18.2", "ICD10:N18.3", "ICD10:N18.4", "ICD10:N18.5"}, []string{"ATC:B03XA01"}, []int{creatinine, creatinine, haemoglobin}, [4]float64{0.8, 0.6, 3, 0.8}},
	{0.06, 60, 10, true, []string{"ICD10:C50.1", "ICD10:C50.4", "ICD10:C50.9"}, []string{"ATC:L02BG04", "ATC:L02BA01"}, []int{haemoglobin, platelets}, [4]float64{1, 1.5, 2, 1}},
	{0.10, 35, 12, false, []string{"ICD10:F32.0", "ICD10:F32.1", "ICD10:F32.9"}, []string{"ATC:N06AB06", "ATC:N06AX11"}, []int{ldl}, [4]float64{0.6, 1.8, 0.4, 0.4}},
}

// onset is the day from which the person has the disease.
func (x *disease) onset(d *dice, l *life, frailty float64) int {
	p := x.share / (1 + math.Exp((x.middle-l.age)/x.width)) * math.Sqrt(frailty)
	if l.onset[diabetes] < never && l.onset[diabetes] != 0 {
		p *= 1.4
	}
	if x.women && l.sex != "female" || !d.chance(p) {
		return never
	}
	return l.from + 1 + d.below(l.to-l.from+1) // from 1, so that 0 is not drawn yet
}
