package pme

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/enclave/store/internal/sample"
	"github.com/officina-enclave/officina/internal/intime"
)

var exact = cmp.AllowUnexported(field{}, value{})

func genValue(depth int) *rapid.Generator[value] {
	return rapid.Custom(func(t *rapid.T) value {
		kinds := []kind{kindTrue, kindByte, kindI16, kindI32, kindI64, kindDouble, kindBinary}
		if depth > 0 {
			kinds = append(kinds, kindList, kindStruct)
		}
		return genOf(t, rapid.SampledFrom(kinds).Draw(t, "kind"), depth)
	})
}

func genOf(t *rapid.T, k kind, depth int) value {
	switch k {
	case kindTrue:
		n := rapid.Int64Range(0, 1).Draw(t, "bool")
		return num(kindFalse-kind(n), n)
	case kindByte:
		return num(k, int64(rapid.Int8().Draw(t, "byte")))
	case kindBinary:
		return binaryValue(rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "binary"))
	case kindStruct:
		return structValue(genObject(depth-1).Draw(t, "struct"))
	case kindList:
		elem := rapid.SampledFrom([]kind{kindI32, kindBinary, kindDouble, kindStruct}).Draw(t, "elem")
		list := make([]value, rapid.IntRange(0, 20).Draw(t, "length"))
		for i := range list {
			list[i] = genOf(t, elem, depth)
		}
		return listValue(elem, list)
	}
	return num(k, rapid.Int64().Draw(t, "num"))
}

func genObject(depth int) *rapid.Generator[object] {
	return rapid.Custom(func(t *rapid.T) object {
		o := object{}
		for _, id := range rapid.SliceOfNDistinct(rapid.Int16Range(-300, 300), 0, 6, rapid.ID).Draw(t, "ids") {
			o = append(o, field{id, genValue(depth).Draw(t, "value")})
		}
		return o
	})
}

func TestThriftRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := genObject(3).Draw(t, "object")
		wire := o.encode(nil)
		got, n, err := parse(append(bytes.Clone(wire), "tail"...))
		if err != nil || n != len(wire) {
			t.Fatalf("parse: %d of %d bytes, %v", n, len(wire), err)
		}
		if again := got.encode(nil); !bytes.Equal(wire, again) {
			t.Fatalf("%x became %x", wire, again)
		}
	})
}

// The first bytes are those of a hand-written page header, from the description of the compact protocol.
func TestThriftKnownBytes(t *testing.T) {
	wire := []byte{0x15, 0x04, 0x15, 0xc8, 0x01, 0x15, 0xa0, 0x01, 0x4c, 0x15, 0x14, 0x15, 0x00, 0x11, 0x00, 0x00}
	want := object{
		{1, num(kindI32, 2)}, {2, num(kindI32, 100)}, {3, num(kindI32, 80)},
		{7, structValue(object{{1, num(kindI32, 10)}, {2, num(kindI32, 0)}, {3, num(kindTrue, 1)}})},
	}
	got, _, err := parse(wire)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, exact); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(got.encode(nil), wire) {
		t.Errorf("encodes to %x", got.encode(nil))
	}
}

func TestThriftRefuses(t *testing.T) {
	deep := bytes.Repeat([]byte{0x1c}, 1000)
	lists := append([]byte{0x19}, bytes.Repeat([]byte{0x19}, 1000)...)
	for name, in := range map[string][]byte{
		"nothing": nil, "no stop": {0x15, 0x02}, "map": {0x1b, 0x00}, "unknown type": {0x1d, 0x00},
		"long string": {0x18, 0xff, 0xff, 0xff, 0xff, 0x0f, 'a'}, "long list": {0x19, 0xf5, 0xff, 0xff, 0x7f, 0x00},
		"short double": {0x17, 1, 2, 3}, "endless number": bytes.Repeat([]byte{0xff}, 12),
		"deep structs": deep, "deep lists": lists, "field number": {0x05, 0xff, 0xff, 0xff, 0x7f, 0x00},
		"list without head": {0x19}, "list element": {0x19, 0x18, 0x05, 'a'}, "field overflow": {0x05, 0xfe, 0xff, 0x03, 0x02, 0x15, 0x02, 0x00},
	} {
		if _, _, err := parse(in); !errors.Is(err, ErrThrift) {
			t.Errorf("%s: got %v, want %v", name, err, ErrThrift)
		}
	}
}

func TestObjectsAreNotChanged(t *testing.T) {
	o := object{{1, num(kindI32, 1)}, {4, num(kindI32, 4)}}
	changed := o.with(2, num(kindI32, 2)).with(4, num(kindI32, 5)).without(1)
	if diff := cmp.Diff(object{{1, num(kindI32, 1)}, {4, num(kindI32, 4)}}, o, exact); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(object{{2, num(kindI32, 2)}, {4, num(kindI32, 5)}}, changed, exact); diff != "" {
		t.Error(diff)
	}
	if _, ok := o.object(1); ok {
		t.Error("an integer passed for a struct")
	}
	if _, ok := o.integer(3); ok {
		t.Error("an absent field passed for an integer")
	}
}

func FuzzThrift(f *testing.F) {
	f.Add([]byte{0x15, 0x04, 0x4c, 0x15, 0x14, 0x11, 0x00, 0x00})
	f.Add([]byte{0x19, 0x2c, 0x00, 0x00, 0x00})
	plain := sample.Parquet(f, sample.Shape{Rows: 5})
	tail, err := Tail(bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(tail)
	f.Fuzz(func(t *testing.T, in []byte) {
		var o object
		var n int
		var err error
		intime.Run(t, func() { o, n, err = parse(in) })
		if err != nil {
			return
		}
		if n > len(in) {
			t.Fatalf("took %d of %d bytes", n, len(in))
		}
		wire := o.encode(nil)
		again, _, err := parse(wire)
		if err != nil || !bytes.Equal(again.encode(nil), wire) {
			t.Fatalf("encoding is not stable: %v", err)
		}
	})
}
