// Package terminal shows releases and progress to people at a command line.
//
// [Table] writes one released table: with lines and bars on a terminal, as plain aligned text elsewhere. A
// [Style] says which, and [StyleOf] finds the one that fits a writer. [Progress] is a bar for what takes longer
// than a second.
//
// A hidden number is always the mark ·, in a table of any style, and a bar is drawn of released counts only.
// Words from a document (titles, keys) are shown without control characters, since a document may come from
// a server and a terminal obeys what it is sent.
//
// Limits: a table is as long as it has rows; lines are wrapped on a terminal only.
package terminal
