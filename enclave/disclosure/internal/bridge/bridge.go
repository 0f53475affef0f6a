// Package bridge lets rawtest read a Raw without the disclosure package exporting a way to do so. Go lets
// only packages below enclave/disclosure import it.
package bridge

// Peek returns the reports of a *disclosure.Raw, a []disclosure.Counts, or nil once they were applied. The
// disclosure package sets it.
var Peek func(raw any) any
