package circe

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// node is a value of the JSON with its path. It notes which keys of an object were asked for, so that the others can be
// reported. Some writers put scalars into lists of one; those are read as the scalar.
type node struct {
	v    any
	path string
	seen map[string]bool
	kids map[string]*node
}

// open readies a node to be read.
func open(n *node) *node {
	n.seen, n.kids = map[string]bool{}, map[string]*node{}
	return n
}

// get is the value of a key; one that is not there [node.is] not.
func (n *node) get(key string) *node {
	n.seen[key] = true
	if kid := n.kids[key]; kid != nil {
		return kid
	}
	m, _ := n.v.(map[string]any)
	path := key
	if n.path != "" {
		path = n.path + "." + key
	}
	kid := open(&node{v: m[key], path: path})
	n.kids[key] = kid
	return kid
}

// is reports whether a value is there and not null.
func (n *node) is() bool { return n.v != nil }

// skip marks keys as read.
func (n *node) skip(keys ...string) {
	for _, key := range keys {
		n.seen[key] = true
	}
}

// unread lists the keys that nobody asked for and whose values say something.
func (n *node) unread() (out []string) {
	m, _ := n.v.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if !n.seen[key] && says(m[key]) {
			out = append(out, key)
		}
	}
	return out
}

// says reports whether a value says something.
func says(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// list is the elements of a list.
func (n *node) list() (out []*node) {
	l, _ := n.v.([]any)
	for i, v := range l {
		key := fmt.Sprint("[", i, "]")
		if n.kids[key] == nil {
			n.kids[key] = open(&node{v: v, path: n.path + key})
		}
		out = append(out, n.kids[key])
	}
	return out
}

// only is the one key of an object, and its value: {"Death": {…}}.
func (n *node) only() (string, *node) {
	m, _ := n.v.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(m)) {
		return key, n.get(key)
	}
	return "", open(&node{path: n.path})
}

func (n *node) scalar() any {
	if l, ok := n.v.([]any); ok && len(l) == 1 {
		return l[0]
	}
	return n.v
}

func (n *node) text() string {
	s, _ := n.scalar().(string)
	return s
}

func (n *node) flag() bool {
	b, _ := n.scalar().(bool)
	return b
}

// number tells whether there is one; a text that reads as one is one.
func (n *node) number() (float64, bool) {
	switch v := n.scalar().(type) {
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

// most is the largest whole number: more days than anybody lives, and sums of three are numbers of the language.
const most = 300_000

// whole is the whole part of the number, 0 where there is none.
func (n *node) whole() int {
	f, _ := n.number()
	return int(max(-most, min(f, most)))
}

// digits writes a number as a person would.
func digits(f float64) string {
	s := strconv.FormatFloat(f, 'f', 10, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
