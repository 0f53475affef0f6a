#!/usr/bin/env bash
# Runs every fuzz target for the given time, one after the other.
set -euo pipefail
each=${1:-1m}
for dir in $(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do
  for target in $(grep -hoE '^func Fuzz[A-Za-z]*' "$dir"/*_test.go | cut -c6- | sort -u); do
    echo "== $dir $target"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$each" -fuzzminimizetime 10x "$dir"
  done
done
