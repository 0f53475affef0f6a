package duck

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// connect opens an empty in-memory instance with one connection. What can be decided at birth is decided
// there: as SET statements the same settings cost 3 ms more.
func connect(ctx context.Context, limits Limits) (*DB, error) {
	connector, err := duckdb.NewConnector("?"+settings(limits).Encode(), nil)
	if err != nil {
		return nil, wrap(ctx, err)
	}
	db := &DB{connector: connector}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return nil, errors.Join(wrap(ctx, err), db.Close())
	}
	db.conn = conn.(*duckdb.Conn)
	return db, nil
}

// settings bound the instance and switch off all that reaches outside it or remembers. Joins run in the order that the
// statement says, with the right side kept in memory: the sizes that DuckDB would guess at are those of images, from
// which most row groups are left out already (docs/design/0009). For the same reason a join to the nearest earlier or later
// row never loops over both sides, as DuckDB would have it where it guesses that one is tiny (docs/design/0012).
func settings(limits Limits) url.Values {
	return url.Values{
		"threads":                      {strconv.Itoa(max(limits.Threads, 1))},
		"memory_limit":                 {cmp.Or(limits.Memory, DefaultMemory)},
		"temp_directory":               {""}, // nothing plain may spill to a disk
		"autoinstall_known_extensions": {"false"},
		"autoload_known_extensions":    {"false"},
		"allow_community_extensions":   {"false"},
		"allow_unsigned_extensions":    {"false"},
		"allow_persistent_secrets":     {"false"},
		"enable_external_file_cache":   {"false"},
		"disabled_optimizers":          {"join_order,build_side_probe_side"},
		"asof_loop_join_threshold":     {"0"},
	}
}

// lockDown takes every right from db that prepared statements over paths do not need, then runs within,
// and last makes the configuration final. The order matters: external access can be closed only after the
// paths are named, and nothing can be set after the lock. allowed_directories would permit more than
// allowed_paths.
func (db *DB) lockDown(ctx context.Context, paths []string, within ...string) error {
	steps := []string{
		"SET allowed_paths = " + list(paths),
		"SET enable_external_access = false",
	}
	steps = append(steps, within...)
	return db.exec(ctx, append(steps, "SET lock_configuration = true")...)
}

func (v View) create() string {
	return fmt.Sprintf("CREATE OR REPLACE VIEW %s AS SELECT * FROM read_parquet(%s)", identifier(v.Name), list(v.Paths))
}

func (db *DB) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := db.conn.ExecContext(ctx, s, nil); err != nil {
			return wrap(ctx, err)
		}
	}
	return nil
}

// list writes texts as a SQL list of strings. quote writes s as a SQL string, identifier as a SQL name.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = quote(t)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func quote(s string) string      { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func identifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
