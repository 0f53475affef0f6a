package duck_test

import (
	"context"
	"fmt"

	"github.com/officina-enclave/officina/enclave/duck"
)

func Example() {
	ctx := context.Background()
	sorter, err := duck.NewSorter(ctx, duck.Limits{}, []duck.Column{{Name: "person", Type: duck.UInteger}, {Name: "hba1c", Type: duck.Double}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sorter.Close()
	_ = sorter.Append(uint32(2), 61.5)
	_ = sorter.Append(uint32(1), nil)
	image, rows, err := sorter.Parquet(ctx, []string{"person"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer image.Close()

	path := fmt.Sprintf("/proc/self/fd/%d", image.Fd())
	db, err := duck.Open(ctx, duck.Limits{Threads: 2}, []duck.View{{Name: "lab", Paths: []string{path}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	_ = db.Select(ctx, "SELECT person, hba1c FROM lab WHERE person <= ?", []any{int64(rows)}, func(r duck.Row) error {
		fmt.Println(r...)
		return nil
	})
	fmt.Println(db.Select(ctx, "SET threads = 8", nil, nil))
	// Output:
	// 1 <nil>
	// 2 61.5
	// engine: statement refused
}
