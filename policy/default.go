package policy

import (
	"embed"
	"io/fs"
)

//go:embed default/*.rego default/data.yaml
var embedded embed.FS

// Default is the bundle that ships: Rego files, each with its tests beside it, and data.yaml, which is
// what a board edits.
func Default() fs.FS {
	sub, err := fs.Sub(embedded, "default")
	if err != nil {
		panic(err) // "default" is a valid path: it cannot fail
	}
	return sub
}
