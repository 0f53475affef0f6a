package circe

import "strings"

// A line break in the text of a condition or set is soft: [laid] keeps it or not. It stands after an opening bracket, a comma
// or the word and.

var flat = strings.NewReplacer("(\n", "(", "\n", " ")

// laid breaks a statement that is wider than a line, the outermost brackets first; the formatter indents it.
func laid(s string) string {
	if len(flat.Replace(s)) <= width {
		return flat.Replace(s)
	}
	var b strings.Builder
	for s != "" {
		from, to := brackets(s)
		b.WriteString(flat.Replace(s[:from]))
		if from == to {
			break
		}
		b.WriteString(broken(s[from+1 : to]))
		s = s[to+1:]
	}
	return b.String()
}

// broken lays out what stands between two brackets.
func broken(inner string) string {
	if len(flat.Replace(inner)) <= width/2 {
		return "(" + flat.Replace(strings.TrimPrefix(inner, "\n")) + ")"
	}
	open, end := "(", ")"
	if strings.HasPrefix(inner, "\n") {
		open, inner, end = "(\n", inner[1:], "\n)"
	}
	parts := split(inner)
	for i, p := range parts {
		parts[i] = laid(p)
	}
	return open + strings.Join(parts, "\n") + end
}

// brackets finds the first pair of outermost brackets; both are len(s) where there is none.
func brackets(s string) (from, to int) {
	from = len(s)
	walk(s, func(i, depth int) bool {
		if s[i] == '(' && depth == 1 && from == len(s) {
			from = i
		}
		to = i
		return s[i] != ')' || depth > 0
	})
	if from == len(s) {
		to = from
	}
	return from, to
}

// split cuts at the soft breaks outside of brackets.
func split(s string) (out []string) {
	last := 0
	walk(s, func(i, depth int) bool {
		if s[i] == '\n' && depth == 0 {
			out, last = append(out, s[last:i]), i+1
		}
		return true
	})
	return append(out, s[last:])
}

// walk tells each byte outside of quoted texts with the depth of brackets after it, until yield is false.
func walk(s string, yield func(i, depth int) bool) {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
			continue
		case s[i] == '"':
			quoted = !quoted
		case quoted:
			continue
		case s[i] == '(':
			depth++
		case s[i] == ')':
			depth--
		}
		if !yield(i, depth) {
			return
		}
	}
}
