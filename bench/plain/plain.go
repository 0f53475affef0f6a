// Package plain is the other side of the benchmark: DuckDB as an analyst has it who may see everything. One long-lived
// instance, unlocked, with DuckDB's own defaults, over the same sorted Parquet files in plain.
//
// Beside enclave/duck it is the only package that imports DuckDB.
package plain

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/officina-enclave/officina/bench/cells"
)

// DB is an instance with a view for each table and the table codes (id, code). It serves one Run at a time.
type DB struct {
	pool *sql.DB
	conn *sql.Conn
}

// Open makes an instance over the files TABLE-PART.parquet of dir.
func Open(ctx context.Context, dir string, threads int) (*DB, error) {
	connector, err := duckdb.NewConnector(fmt.Sprintf("?threads=%d", threads), nil)
	if err != nil {
		return nil, err
	}
	db := &DB{pool: sql.OpenDB(connector)}
	if db.conn, err = db.pool.Conn(ctx); err == nil {
		err = db.view(ctx, dir)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// view names the files as tables. The dictionary is small: an analyst holds it in memory.
func (db *DB) view(ctx context.Context, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no Parquet files in %s (%v)", dir, err)
	}
	tables := map[string][]string{}
	for _, f := range files {
		name := filepath.Base(f)
		table := name[:strings.LastIndex(name, "-")]
		tables[table] = append(tables[table], "'"+strings.ReplaceAll(f, "'", "''")+"'")
	}
	for table, parts := range tables {
		statement := fmt.Sprintf("CREATE VIEW %q AS SELECT * FROM read_parquet([%s])", table, strings.Join(parts, ", "))
		if table == "_codes" {
			statement = fmt.Sprintf("CREATE TABLE codes AS SELECT * FROM read_parquet([%s])", strings.Join(parts, ", "))
		}
		if _, err := db.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Version returns DuckDB's.
func (db *DB) Version(ctx context.Context) (v string, err error) {
	err = db.conn.QueryRowContext(ctx, "SELECT version()").Scan(&v)
	return v, err
}

// Run runs the statements of text, each of which ends a line with a semicolon, and returns a table for each that
// selects. In these, persons is a count, mean a mean, sd is passed over, and every other column is a key.
func (db *DB) Run(ctx context.Context, text string) (out []cells.Table, err error) {
	for statement := range strings.SplitSeq(strings.TrimSpace(text), ";\n") {
		rows, err := db.conn.QueryContext(ctx, statement)
		if err != nil {
			return nil, err
		}
		t, err := read(rows)
		if err != nil {
			return nil, err
		}
		if t != nil {
			out = append(out, *t)
		}
	}
	return out, nil
}

// read returns nil for the result of a statement that counts nobody.
func read(rows *sql.Rows) (*cells.Table, error) {
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(columns, "persons") {
		return nil, rows.Err()
	}
	t := cells.New()
	for rows.Next() {
		if err := scan(rows, columns, t); err != nil {
			return nil, err
		}
	}
	return &t, rows.Err()
}

func scan(rows *sql.Rows, columns []string, t cells.Table) error {
	var persons int64
	var mean, sd sql.NullFloat64
	keys := make([]string, 0, len(columns))
	targets := make([]any, len(columns))
	for i, c := range columns {
		switch c {
		case "persons":
			targets[i] = &persons
		case "mean":
			targets[i] = &mean
		case "sd":
			targets[i] = &sd
		default:
			keys = append(keys, "")
			targets[i] = &keys[len(keys)-1]
		}
	}
	if err := rows.Scan(targets...); err != nil {
		return err
	}
	t.Add(persons, keys...)
	if mean.Valid {
		t.Mean[strings.Join(keys, "|")] = mean.Float64
	}
	return nil
}

// Close frees the instance.
func (db *DB) Close() error {
	if db.conn != nil {
		db.conn.Close()
	}
	return db.pool.Close()
}
