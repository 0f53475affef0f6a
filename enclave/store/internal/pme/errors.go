package pme

import "errors"

// Why a file is refused. Package store republishes them.
var (
	ErrPlainFooter = errors.New("parquet: footer is not encrypted; seal the file again with this program")
	ErrAlgorithm   = errors.New("parquet: not sealed with AES_GCM_V1; seal the file again with this program")
	ErrNoAAD       = errors.New("parquet: file carries no AAD prefix or identifier; seal the file again with this program")
	ErrPrefix      = errors.New("parquet: file belongs to another dataset, snapshot, table or part; restore the right one")
	ErrColumnKey   = errors.New("parquet: no right key for a column; use the key service that sealed the file")
	ErrRowGroups   = errors.New("parquet: too many row groups, columns or pages; write larger row groups")
	ErrTruncated   = errors.New("parquet: file is cut short; restore it from the backup")
	ErrModule      = errors.New("parquet: module authentication failed: the file was altered; restore it from the backup")
	ErrWrongKey    = errors.New("parquet: the footer or a column's metadata does not open with this key; use the key service that sealed the file")
	ErrColumn      = errors.New("parquet: unknown column")
	ErrThrift      = errors.New("parquet: corrupt Thrift structure; restore the file from the backup")
	ErrLayout      = errors.New("parquet: layout is not supported; write flat tables and seal them with this program")
)
