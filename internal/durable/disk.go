package durable

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// remedies say what to do about a disk that refuses to be written to.
var remedies = []struct {
	errno  unix.Errno
	remedy string
}{
	{unix.ENOSPC, "make room on the disk and try again; nothing is lost"},
	{unix.EDQUOT, "raise the quota or make room, and try again; nothing is lost"},
	{unix.EROFS, "mount the disk writable and try again; nothing is lost"},
	{unix.EIO, "the disk fails: look after it, then restore a backup"},
}

// Remedy returns what an operator should do about err if it is of a disk that refuses to be written to, and else "".
// Some libraries keep only the text of such an error, so that is looked at too.
func Remedy(err error) string {
	for _, r := range remedies {
		if err != nil && (errors.Is(err, r.errno) || strings.Contains(err.Error(), r.errno.Error())) {
			return r.remedy
		}
	}
	return ""
}
