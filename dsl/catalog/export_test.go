package catalog

// Forget lets the next expansion be made anew.
func (v *Vocabulary) Forget() { v.memo = memo{} }

// Remembered is the number of codes of all expansions that are remembered.
func (v *Vocabulary) Remembered() (n int) {
	for _, codes := range v.memo.lists {
		n += len(codes)
	}
	return n
}
