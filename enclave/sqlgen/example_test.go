package sqlgen_test

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/sqlgen"
)

func ExampleGenerate() {
	sex := &catalog.Column{Name: "sex", Type: catalog.Type{Kind: catalog.Code}}
	p := plan.New(plan.Plan{
		Cohorts: []*plan.Cohort{{Index: plan.DateConst(18262)}},
		Reports: []*plan.Report{{Kind: "table", By: []*plan.Dimension{{X: &plan.Attr{Column: sex}, Keys: []string{"female", "male"}}}}},
	})
	q, err := sqlgen.Generate(p, func(curie string) (id uint32, ok bool) { return 0, false })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(q.SQL)
	fmt.Println(q.Args, q.Tables)
	// Output:
	// WITH persons AS (
	//   SELECT person, "sex" AS "person.sex"
	//   FROM main."person"
	// ),
	// c0_index AS MATERIALIZED (
	//   SELECT p.*, DATE '2020-01-01' AS index_date
	//   FROM persons p
	//   WHERE index_date IS NOT NULL
	// ),
	// c0_steps AS MATERIALIZED (
	//   SELECT p.*,
	//     0 AS step
	//   FROM c0_index p
	// ),
	// c0_members AS (
	//   SELECT *
	//   FROM c0_steps
	//   WHERE step = 0
	// ),
	// report0 AS (
	//   SELECT CASE d1 WHEN $1 THEN 0 WHEN $2 THEN 1 ELSE 2 END AS k1,
	//     count(*) AS persons
	//   FROM (
	//     SELECT p."person.sex" AS d1
	//     FROM c0_members p
	//   )
	//   GROUP BY ALL
	// )
	// SELECT report, k1, persons
	// FROM (
	//   SELECT 0 AS report, * FROM report0
	// )
	// ORDER BY report, k1
	// [female male] [{person [person sex] [] false}]
}
