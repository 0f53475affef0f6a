package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// machine names the processor, how many there are, memory and kernel.
func machine() string {
	model := "unknown processor"
	text, _ := os.ReadFile("/proc/cpuinfo") // elsewhere than on Linux it is unknown
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	var info unix.Sysinfo_t
	var name unix.Utsname
	if unix.Sysinfo(&info) != nil || unix.Uname(&name) != nil {
		return model
	}
	return fmt.Sprintf("%s, %d processors, %.0f GiB, Linux %s", model, runtime.NumCPU(),
		float64(info.Totalram)*float64(info.Unit)/(1<<30), unix.ByteSliceToString(name.Release[:]))
}

// load1 is the load of the last minute (sysinfo(2), in units of 1/65536). Above 1 or so the figures are of a busy machine.
func load1() float64 {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return float64(info.Loads[0]) / (1 << 16)
}
