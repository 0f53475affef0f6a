// Package releasetest plays semantics scripts: stories over tiny tables that say what may be released, what is
// withheld, what is denied, and what the audit log then holds.
//
// A story goes through a real data folder (keys, sealed snapshot, policy bundle, audit log, stored answers). Only the
// engine is a parameter, so that every engine can be held to the same meaning: [Real] and [Plain]. [Run] plays one file.
//
// A file is a list of commands. A command begins in the first column; what belongs to it is indented by two spaces
// below it; lines that begin with # are comments. These are the commands:
//
//	clock DATE           the time of everything below (at first 2026-01-15)
//	catalog              YAML laid over defaults/catalog.yaml
//	vocabulary           CSV in the place of defaults/vocabulary.csv
//	study                YAML laid over defaults/study.yaml, signed by the board and registered
//	floor                YAML laid over the custodian's floor
//	policy               files ("-- main.rego --") laid over the bundle that ships; an empty one takes a file away
//	load                 tables (below) as the new snapshot
//	reload               the same tables and these rows as the next snapshot
//	restart              closes the data folder and opens it again
//	corrupt flip GLOB    flips one bit in the middle of every file of the data folder that matches
//	corrupt drop GLOB    removes them
//	submit [study=ID] [as=NAME] [role=ROLE] [crash=POINT] [param NAME=VALUE …]
//	                     a query; a header that fits the study is added if it has none
//	expect …             what became of the last submission (below)
//
// POINT is intent, run or outcome: the process dies there, and the folder is opened again.
//
// A table begins with its name, which heads the persons (or, of a source of places and days, the places), and the names of
// its columns; a blank line ends it. A row
// that begins with p1..p12 stands for twelve persons; - is a missing value.
//
//	expect released      the tables, in short: - is a suppressed number, . is none at all; rows of which every
//	                     number is suppressed are named behind "hidden:", or counted in a table of two dimensions
//	expect withheld      every cell is hidden
//	expect denied RULE…  by exactly these rules; the engine did not run, and the log has the denial
//	expect invalid CODE… with exactly these diagnostics; nothing ran and nothing is in the log
//	expect CLASS         failed so: unavailable, internal, not-found
//	expect same          the bytes of the release before, as a repeat, without a run
//	expect differs       other bytes than the release before, from a run of its own
//	expect audit         one line an entry since the last time: kind, class, action, rules
//
// After each story the audit log must verify.
package releasetest
