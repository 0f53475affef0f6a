package duckdb

// SetEnough makes a statement look at n rows at most, more or less, until restore is called.
func SetEnough(n int64) (restore func()) {
	old := enough
	enough = n
	return func() { enough = old }
}
