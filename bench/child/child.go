// Package child runs a part of the benchmark in a process of its own, so that its memory is its own: this program
// started once more, asked over its standard input and answering over its standard output, a line of JSON each.
package child

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Word is the only argument of a child.
const Word = "child"

type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

// Serve answers requests until there are no more. do gets the JSON of a request and returns what becomes JSON.
func Serve(ctx context.Context, in io.Reader, out io.Writer, do func(context.Context, json.RawMessage) (any, error)) error {
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var request json.RawMessage
		if err := requests.Decode(&request); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var a answer
		v, err := do(ctx, request)
		if err == nil {
			a.Value, err = json.Marshal(v)
		}
		if err != nil {
			a.Error = err.Error()
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

// Process is a running child.
type Process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	peak    atomic.Int64
	stop    chan struct{}
	stopped chan struct{}
}

// Start starts a child that may use that many processors. Its memory is looked at every 20 ms.
func Start(ctx context.Context, processors int) (*Process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: exec.CommandContext(ctx, program, Word), stop: make(chan struct{}), stopped: make(chan struct{})}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := startOn(p.cmd, processors); err != nil {
		return nil, err
	}
	go p.watch()
	return p, nil
}

// startOn starts cmd bound to the first processors of this process: a child inherits them from the thread that starts
// it, and takes their number as the number of its threads.
func startOn(cmd *exec.Cmd, processors int) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, some unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return err
	}
	for cpu := 0; some.Count() < min(processors, all.Count()); cpu++ {
		if all.IsSet(cpu) {
			some.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &some); err != nil {
		return err
	}
	return errors.Join(cmd.Start(), unix.SchedSetaffinity(0, &all))
}

// Ask sends a request and waits for its answer, which it reads into value.
func (p *Process) Ask(request, value any) error {
	if err := json.NewEncoder(p.in).Encode(request); err != nil {
		return err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the child ended without an answer: %w", err)
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		return err
	}
	if a.Error != "" {
		return errors.New(a.Error)
	}
	return json.Unmarshal(a.Value, value)
}

// watch keeps the largest footprint.
func (p *Process) watch() {
	defer close(p.stopped)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			if n, err := Footprint(p.cmd.Process.Pid); err == nil {
				p.peak.Store(max(p.peak.Load(), n))
			}
		}
	}
}

// Close ends the child and returns its peak of memory in bytes: the largest footprint that was seen, or the largest
// resident set that the kernel counted, if that is larger.
func (p *Process) Close() (peak int64, err error) {
	close(p.stop)
	<-p.stopped
	resident, err := HighWater(p.cmd.Process.Pid)
	return max(p.peak.Load(), resident), errors.Join(err, p.in.Close(), p.cmd.Wait())
}
