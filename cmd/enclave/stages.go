package main

import (
	"fmt"
	"io"
	"time"

	"github.com/officina-enclave/officina/internal/stage"
)

// writeStages prints where the time of a query went.
func writeStages(w io.Writer, stages []stage.Stage, seconds float64) {
	fmt.Fprintf(w, "time: %.1f ms, of which\n", seconds*1000)
	for _, s := range stages {
		fmt.Fprintf(w, "  %-20s %6.1f ms\n", s.Name, float64(s.Took)/float64(time.Millisecond))
	}
}
