package population

import "github.com/officina-enclave/officina/connectors"

// The background events of a person whose load is 1, in the order of the event tables.
const (
	condition = iota
	drug
	measurement
	visit
)

var background = [4]float64{10.5, 13.1, 29.9, 8.5}

var (
	conditionWheel = newWheel(zipf(len(conditions), 1.05))
	drugWheel      = newWheel(zipf(len(drugs), 1.1))
	analyteWheel   = newWheel(zipf(len(analytes), 0.8))
	sites          = []string{"north", "centre", "south", "islands"}
	siteWheel      = newWheel([]float64{4, 3, 2, 1})
	visitTypes     = []string{"outpatient", "inpatient", "emergency"}
	visitWheel     = newWheel([]float64{75, 12, 13})
)

// unless loses a cell with probability p: what is missing in real data.
func (m *maker) unless(p float64, cell connectors.Cell) connectors.Cell {
	if m.dice.chance(p) {
		return connectors.Cell{}
	}
	return cell
}

func (m *maker) person() {
	row := m.row()
	row[1] = m.unless(0.002, connectors.Known(m.sex))
	row[2] = m.unless(0.003, date(m.born))
	if row[3] = (connectors.Cell{}); m.death != 0 {
		row[3] = date(m.death)
	}
	row[4] = connectors.Known(sites[siteWheel.spin(m.dice)])
}

// events adds the events of a table: those of the diseases, then the background. of is nil in the background.
func (m *maker) events(table int, add func(at int, of *disease)) {
	for i := range diseases {
		if m.onset[i] > m.to {
			continue
		}
		years := float64(m.to-m.onset[i]+1) / year
		for range m.dice.times(diseases[i].yearly[table] * years) {
			add(m.day(m.dice, m.onset[i]), &diseases[i])
		}
	}
	for range m.dice.times(background[table] * m.load) {
		add(m.day(m.dice, m.from), nil)
	}
}

func (m *maker) conditions() {
	m.events(condition, func(at int, of *disease) {
		code := ""
		if of != nil {
			code = of.codes[m.dice.below(len(of.codes))]
		} else {
			code = conditions[conditionWheel.spin(m.dice)]
		}
		row := m.row()
		row[1], row[2] = date(at), connectors.Known(code)
	})
	if m.dice.chance(1.0 / 4000) {
		row := m.row()
		row[1], row[2] = date(m.day(m.dice, m.from)), connectors.Known(Rare)
	}
}

var supplies = []int{28, 30, 60, 90, 182} // days

func (m *maker) drugs() {
	m.events(drug, func(at int, of *disease) {
		code := ""
		if of != nil {
			code = of.drugs[m.dice.below(len(of.drugs))]
		} else {
			code = drugs[drugWheel.spin(m.dice)]
		}
		row := m.row()
		row[1], row[3] = date(at), connectors.Known(code)
		row[2] = m.unless(0.03, date(min(at+supplies[m.dice.below(len(supplies))]-1, m.to)))
	})
}

func (m *maker) measurements() {
	self := m.dice.normal(0, 0.6) // a person's values go together
	m.events(measurement, func(at int, of *disease) {
		i := 0
		if of != nil {
			i = of.tests[m.dice.below(len(of.tests))]
		} else {
			i = analyteWheel.spin(m.dice)
		}
		a := &analytes[i]
		x := a.mean + a.sd*(self+m.dice.normal(0, 0.8))
		if m.onset[diabetes] <= at && (i == hba1c || i == glucose) {
			x += 5 * a.sd * (0.5 + m.dice.share())
		}
		row := m.row()
		row[1], row[2] = date(at), connectors.Known(a.code)
		row[3], row[4] = m.unless(0.01, connectors.Known(a.text(x))), connectors.Known(a.unit)
	})
}

func (m *maker) visits() {
	m.events(visit, func(at int, _ *disease) {
		kind := visitWheel.spin(m.dice)
		end := at
		if visitTypes[kind] == "inpatient" {
			end = min(at+1+m.dice.below(14), m.to)
		}
		row := m.row()
		row[1], row[2], row[3] = date(at), date(end), connectors.Known(visitTypes[kind])
	})
}
