package sqlgen
import ("testing";"fmt";"strings";"time";"os";"github.com/officina-enclave/officina/enclave/duck")
func TestScratch(t *testing.T) {
	r := newReader(t)
	var d = data{}
	var ps, ds strings.Builder
	ps.WriteString("person,sex,born\n"); ds.WriteString("person,start,code\n")
	for i := range 2000 { fmt.Fprintf(&ps, "%d,female,1980-01-01\n", i); for j := range 10 { fmt.Fprintf(&ds, "%d,20%02d-01-01,ATC:A%d\n", i, 10+j, (i+j)%50) } }
	d["person"], d["drug"] = ps.String(), ds.String()
	db, ids := r.open(d)
	for _, n := range []int{1, 10, 50, 100, 200} {
		text := "(cohort 0 (index 2015-01-01)"
		for i := range n { text += fmt.Sprintf(" (exclude (> (count (events drug (codes ATC:A%d) (< start (add-days -%d index)))) 9))", i%50, i) }
		text += ") (report attrition 0) (report count 0) (report table 0 (by person.sex \"female\"))"
		q, err := Generate(r.plan(text), ids)
		must(t, err)
		for range 2 {
		b := time.Now()
		r.answers(db, q)
		t.Log(n, len(q.SQL), time.Since(b))
		}
		b := time.Now()
		db.Select(t.Context(), "EXPLAIN "+q.SQL, nil, func(duck.Row) error {return nil})
		t.Log("explain", time.Since(b))
		if n==10 {os.WriteFile("/tmp/eng/q10.sql", []byte(q.SQL), 0644)}
	}
}
