package pme

import (
	"encoding/binary"
	"math"
	"slices"
)

// The Thrift compact protocol, as far as Parquet uses it, read into a small tree instead of generated structures: what
// this package does not understand passes through unchanged. Source: thrift/doc/specs/thrift-compact-protocol.md.

// kind is the type nibble of a field header or list header.
type kind byte

const (
	kindTrue kind = iota + 1
	kindFalse
	kindByte
	kindI16
	kindI32
	kindI64
	kindDouble
	kindBinary
	kindList
	kindSet
	kindMap // not used by Parquet: refused
	kindStruct
)

// value is one value. Which members mean something depends on its kind.
type value struct {
	kind  kind
	num   int64 // integers; booleans as 0 or 1; the bits of a double
	bytes []byte
	elem  kind // of list
	list  []value
	obj   object
}

type field struct {
	id int16
	value
}

// object is a struct: its fields in the order stored. Objects are shared and never changed; with and without copy.
type object []field

func (o object) get(id int16) (value, bool) {
	for _, f := range o {
		if f.id == id {
			return f.value, true
		}
	}
	return value{}, false
}

// integer returns an integer or boolean field; ok is false if it is absent or of another kind.
func (o object) integer(id int16) (n int64, ok bool) {
	v, _ := o.get(id)
	return v.num, v.kind >= kindTrue && v.kind <= kindI64
}

// text returns a binary field, nil if absent.
func (o object) text(id int16) []byte { v, _ := o.get(id); return v.bytes }

// list returns the elements of a list field, nil if absent.
func (o object) list(id int16) []value { v, _ := o.get(id); return v.list }

// object returns a struct field; ok is false if it is absent or of another kind.
func (o object) object(id int16) (obj object, ok bool) {
	v, _ := o.get(id)
	return v.obj, v.kind == kindStruct
}

// with returns o with the field set, in the order of the numbers.
func (o object) with(id int16, v value) object {
	out := o.without(id)
	at, _ := slices.BinarySearchFunc(out, id, func(f field, id int16) int { return int(f.id) - int(id) })
	return slices.Insert(out, at, field{id, v})
}

// without returns a copy of o that lacks the fields.
func (o object) without(ids ...int16) object {
	out := make(object, 0, len(o)+1)
	for _, f := range o {
		if !slices.Contains(ids, f.id) {
			out = append(out, f)
		}
	}
	return out
}

func num(k kind, n int64) value         { return value{kind: k, num: n} }
func binaryValue(b []byte) value        { return value{kind: kindBinary, bytes: b} }
func structValue(o object) value        { return value{kind: kindStruct, obj: o} }
func listValue(k kind, l []value) value { return value{kind: kindList, elem: k, list: l} }

// maxDepth bounds nesting; Parquet metadata needs 8.
const maxDepth = 32

type decoder struct {
	in    []byte
	at    int
	depth int
}

// parse reads one struct at the beginning of in and says how many bytes it took. The result refers to in.
func parse(in []byte) (object, int, error) {
	d := &decoder{in: in}
	o, err := d.object()
	return o, d.at, err
}

func (d *decoder) byte() (byte, error) {
	if d.at >= len(d.in) {
		return 0, ErrThrift
	}
	d.at++
	return d.in[d.at-1], nil
}

func (d *decoder) uvarint() (uint64, error) {
	n, k := binary.Uvarint(d.in[d.at:])
	if k <= 0 {
		return 0, ErrThrift
	}
	d.at += k
	return n, nil
}

func (d *decoder) zigzag() (int64, error) {
	u, err := d.uvarint()
	return int64(u>>1) ^ -int64(u&1), err
}

// take returns the next n bytes.
func (d *decoder) take(n uint64) ([]byte, error) {
	if n > uint64(len(d.in)-d.at) {
		return nil, ErrThrift
	}
	b := d.in[d.at : d.at+int(n) : d.at+int(n)]
	d.at += int(n)
	return b, nil
}

func (d *decoder) object() (object, error) {
	if d.depth++; d.depth > maxDepth {
		return nil, ErrThrift
	}
	defer func() { d.depth-- }()
	o := object{}
	for last := int16(0); ; {
		head, err := d.byte()
		if err != nil || head == 0 {
			return o, err
		}
		id, err := d.fieldID(head, last)
		if err != nil {
			return nil, err
		}
		v, err := d.fieldValue(kind(head & 15))
		if err != nil {
			return nil, err
		}
		o, last = append(o, field{id, v}), id
	}
}

// fieldID reads the number of a field: a step of 1 to 15 in the header, or the number itself after it.
func (d *decoder) fieldID(head byte, last int16) (int16, error) {
	if step := int16(head >> 4); step != 0 {
		if last > math.MaxInt16-step {
			return 0, ErrThrift
		}
		return last + step, nil
	}
	n, err := d.zigzag()
	if err != nil || n < math.MinInt16 || n > math.MaxInt16 {
		return 0, ErrThrift
	}
	return int16(n), nil
}

// fieldValue reads the value of a field, whose header already holds a boolean.
func (d *decoder) fieldValue(k kind) (value, error) {
	switch k {
	case kindTrue:
		return num(kindTrue, 1), nil
	case kindFalse:
		return num(kindFalse, 0), nil
	}
	return d.value(k)
}

func (d *decoder) value(k kind) (v value, err error) {
	v.kind = k
	switch k {
	case kindTrue, kindFalse, kindByte:
		var b byte
		b, err = d.byte()
		v.num = int64(int8(b))
	case kindI16, kindI32, kindI64:
		v.num, err = d.zigzag()
	case kindDouble:
		var b []byte
		if b, err = d.take(8); err == nil {
			v.num = int64(binary.LittleEndian.Uint64(b))
		}
	case kindBinary:
		var n uint64
		if n, err = d.uvarint(); err == nil {
			v.bytes, err = d.take(n)
		}
	case kindList, kindSet:
		v.elem, v.list, err = d.list()
	case kindStruct:
		v.obj, err = d.object()
	default:
		err = ErrThrift
	}
	return v, err
}

func (d *decoder) list() (kind, []value, error) {
	if d.depth++; d.depth > maxDepth {
		return 0, nil, ErrThrift
	}
	defer func() { d.depth-- }()
	head, err := d.byte()
	if err != nil {
		return 0, nil, err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = d.uvarint(); err != nil {
			return 0, nil, err
		}
	}
	if n > uint64(len(d.in)-d.at) { // an element takes a byte at least
		return 0, nil, ErrThrift
	}
	elem, out := kind(head&15), make([]value, n)
	for i := range out {
		if out[i], err = d.value(elem); err != nil {
			return 0, nil, err
		}
	}
	return elem, out, nil
}

// encode appends o to b.
func (o object) encode(b []byte) []byte {
	last := int16(0)
	for _, f := range o {
		k := f.kind
		if k == kindTrue || k == kindFalse {
			k = kindFalse - kind(f.num&1)
		}
		if step := int(f.id) - int(last); step > 0 && step < 16 {
			b = append(b, byte(step)<<4|byte(k))
		} else {
			b = append(b, byte(k))
			b = appendZigzag(b, int64(f.id))
		}
		last = f.id
		if k != kindTrue && k != kindFalse {
			b = f.value.encode(b)
		}
	}
	return append(b, 0)
}

func (v value) encode(b []byte) []byte {
	switch v.kind {
	case kindTrue, kindFalse, kindByte:
		return append(b, byte(v.num))
	case kindI16, kindI32, kindI64:
		return appendZigzag(b, v.num)
	case kindDouble:
		return binary.LittleEndian.AppendUint64(b, uint64(v.num))
	case kindBinary:
		return append(binary.AppendUvarint(b, uint64(len(v.bytes))), v.bytes...)
	case kindList, kindSet:
		b = appendListHead(b, v.elem, len(v.list))
		for _, e := range v.list {
			b = e.encode(b)
		}
		return b
	}
	return v.obj.encode(b)
}

func appendListHead(b []byte, elem kind, n int) []byte {
	if n < 15 {
		return append(b, byte(n)<<4|byte(elem))
	}
	return binary.AppendUvarint(append(b, 0xf0|byte(elem)), uint64(n))
}

func appendZigzag(b []byte, n int64) []byte {
	return binary.AppendUvarint(b, uint64(n<<1)^uint64(n>>63))
}
