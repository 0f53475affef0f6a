package plan

// Age tells whether x is a person's age: in completed years on the day at or, where inYear, the age that is reached in
// the calendar year of that day.
func Age(x Expr) (at Expr, inYear, ok bool) {
	switch x := x.(type) {
	case *Elapsed:
		return x.To, false, x.Unit == "years" && isBirth(x.From)
	case *Arith:
		l, isPart := x.L.(*Part)
		r, arePart := x.R.(*Part)
		if isPart && arePart && x.Op == "-" && l.Which == "year" && r.Which == "year" {
			return l.X, true, isBirth(r.X)
		}
	}
	return nil, false, false
}

func isBirth(x Expr) bool {
	a, ok := x.(*Attr)
	return ok && a.Column.Name == "birth_date"
}
