package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

func TestImagesAreReused(t *testing.T) {
	s, _, _ := opened(t, Options{})
	all := mustImage(t, s, request("person", "code"))
	for name, c := range map[string]struct {
		q    Request
		same bool
	}{
		"same":               {request("person", "code"), true},
		"other order":        {request("code", "person"), true},
		"fewer row groups":   {codes(request("person", "code"), 4, 4), true},
		"fewer columns":      {request("code"), false}, // a query must not see other columns
		"more columns":       {request("person", "code", "value"), false},
		"other part":         {Request{Table: "condition", Part: 1, Columns: []string{"person", "code"}, Groups: everything}, false},
		"range on the other": {codes(request("person"), 4, 4), false},
	} {
		if got := mustImage(t, s, c.q).entry == all.entry; got != c.same {
			t.Errorf("%s: reused %t, want %t", name, got, c.same)
		}
	}
}

// An image is used only if it has every row group that the plan selects.
func TestImageCoversEveryRowGroup(t *testing.T) {
	s, _, _ := opened(t, Options{})
	some := mustImage(t, s, codes(request("code"), 0, 5)) // row groups 0 and 1
	if got := mustImage(t, s, codes(request("code"), 4, 4)); got.entry != some.entry {
		t.Error("an image that covers the row group was not used")
	}
	other := mustImage(t, s, codes(request("code"), 4, 7)) // row groups 1 and 2
	if other.entry == some.entry {
		t.Fatal("an image that lacks a row group was used")
	}
	_, rows := readImage(t, other)
	if len(rows) != 600 {
		t.Errorf("%d rows, want those of two row groups", len(rows))
	}
	all := mustImage(t, s, request("code"))
	if len(s.images.entries) != 1 || len(s.images.entries[all.entry.key]) != 1 {
		t.Error("images that another one covers are kept")
	}
}

func TestCovers(t *testing.T) {
	sorted := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 0, 6, rapid.ID)
	rapid.Check(t, func(t *rapid.T) {
		in := func() ([]int, map[int]bool) {
			set := map[int]bool{}
			for _, n := range sorted.Draw(t, "set") {
				set[n] = true
			}
			var list []int
			for n := range 7 {
				if set[n] {
					list = append(list, n)
				}
			}
			return list, set
		}
		have, haveSet := in()
		want, _ := in()
		expect := true
		for _, n := range want {
			expect = expect && haveSet[n]
		}
		if covers(have, want) != expect {
			t.Fatalf("covers(%v, %v) = %t", have, want, !expect)
		}
	})
}

func isOpen(i *Image) bool {
	_, err := i.entry.mem.file.Stat()
	return err == nil
}

func TestImagesInUseAreNotClosed(t *testing.T) {
	s, _, _ := opened(t, Options{})
	a, err := s.Image(context.Background(), request("code"))
	if err != nil {
		t.Fatal(err)
	}
	b := mustImage(t, s, request("code"))
	s.images.dropAll()
	a.Release()
	a.Release() // counts once
	if !isOpen(b) {
		t.Fatal("an image in use was closed")
	}
	if _, rows := readImage(t, b); len(rows) != 1000 {
		t.Errorf("%d rows", len(rows))
	}
	b.Release()
	if isOpen(b) || s.images.used != 0 {
		t.Errorf("a dropped image stays open after its last release; %d bytes in use", s.images.used)
	}
}

func TestBudget(t *testing.T) {
	s, _, _ := opened(t, Options{})
	one := mustImage(t, s, request("code")).Size()

	tight, _, _ := opened(t, Options{ImageBudget: one + 10})
	first := mustImage(t, tight, request("code"))
	q := request("code")
	q.Part = 1
	over, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := tight.Image(over, q); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another uses the budget: got %v, want to wait", err)
	}
	time.AfterFunc(20*time.Millisecond, first.Release)
	second := mustImage(t, tight, q) // waits for the first, and takes its place
	if isOpen(first) || !isOpen(second) || tight.images.used > one+10 {
		t.Errorf("%d bytes in use, the budget is %d", tight.images.used, one+10)
	}

	tiny, _, _ := opened(t, Options{ImageBudget: 100})
	if _, err := tiny.Image(context.Background(), request("code")); !errors.Is(err, ErrBudget) || tiny.images.used != 0 {
		t.Errorf("image above the budget: got %v, want %v", err, ErrBudget)
	}
	q.Part = 0
	both := []Request{q, q}
	both[1].Part = 1
	if _, err := tight.Images(context.Background(), both...); !errors.Is(err, ErrBudget) {
		t.Errorf("two images above the budget together: got %v, want %v", err, ErrBudget)
	}
}

// A cached image that has more than was asked for must not keep the rest of a request from fitting.
func TestALargerImageAtHandDoesNotCrowdOut(t *testing.T) {
	s, _, _ := opened(t, Options{})
	whole := mustImage(t, s, request("code")).Size()
	few, other := codes(request("code"), 4, 4), request("code")
	other.Part = 1
	need := mustImage(t, s, other).Size() + whole/2

	tight, _, _ := opened(t, Options{ImageBudget: max(need, whole)})
	mustImage(t, tight, request("code")).Release()
	images, err := tight.Images(context.Background(), few, other)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range images {
		i.Release()
	}
}

func TestLeastRecentlyUsedGoesFirst(t *testing.T) {
	c := newCache(30, time.Hour)
	get := func(name string) *Image {
		i, err := c.acquire(context.Background(), cacheKey{file: name}, []int{0}, 10, 0, tenBytes)
		if err != nil {
			t.Fatal(err)
		}
		i.Release()
		return i
	}
	a, b := get("a"), get("b")
	get("c")
	get("a")
	get("d")
	if !isOpen(a) || isOpen(b) {
		t.Errorf("a open %t, b open %t; b was used longest ago", isOpen(a), isOpen(b))
	}
}

func tenBytes() (*memory, error) {
	return newMemory(func(w io.WriterAt) (int64, error) {
		n, err := w.WriteAt([]byte("0123456789"), 0)
		return int64(n), err
	})
}

func TestImagesExpire(t *testing.T) {
	s, _, _ := opened(t, Options{TTL: 50 * time.Millisecond})
	i := mustImage(t, s, request("code"))
	i.Release()
	deadline := time.Now().Add(5 * time.Second)
	for isOpen(i) && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	if isOpen(i) || len(s.footers) != 0 {
		t.Errorf("after the time to live: image open %t, %d footers", isOpen(i), len(s.footers))
	}
}

func TestEpochDropsImages(t *testing.T) {
	s, k, _ := opened(t, Options{})
	i := mustImage(t, s, request("code"))
	i.Release()
	d, _ := k.Describe(context.Background())
	if _, err := k.Rotate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := k.Retire(context.Background(), d.Primary); err != nil {
		t.Fatal(err)
	}
	s.checked = time.Time{} // a second later
	if _, err := s.Image(context.Background(), request("code")); !errors.Is(err, ErrWrongKey) {
		t.Errorf("after the key was retired: got %v, want %v", err, ErrWrongKey)
	}
	if isOpen(i) {
		t.Error("the image outlives its key")
	}
}

// silent is a key service that stopped answering.
type silent struct{ keys.Keys }

func (silent) Describe(context.Context) (keys.Description, error) {
	return keys.Description{}, keys.ErrUnavailable
}

func TestNoEpochNoImage(t *testing.T) {
	s, k, _ := opened(t, Options{})
	mustImage(t, s, request("code"))
	s.keys, s.checked = silent{k}, time.Time{}
	if _, err := s.Image(context.Background(), request("code")); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("got %v, want %v", err, keys.ErrUnavailable)
	}
}

func TestEpochIsAskedOnceASecond(t *testing.T) {
	s, k, _ := opened(t, Options{})
	s.keys = silent{k} // would fail if it were asked
	mustImage(t, s, request("code"))
}

func TestClose(t *testing.T) {
	s, _, _ := opened(t, Options{})
	used, idle := mustImage(t, s, request("code")), mustImage(t, s, request("value"))
	idle.Release()
	s.Close()
	if !isOpen(used) || isOpen(idle) {
		t.Errorf("after Close: image in use open %t, idle one open %t", isOpen(used), isOpen(idle))
	}
	if _, err := s.Image(context.Background(), request("code")); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want %v", err, ErrClosed)
	}
	used.Release()
	if isOpen(used) {
		t.Error("the last release does not close the image")
	}
}

func TestFailedBuildGivesTheBudgetBack(t *testing.T) {
	c := newCache(100, time.Hour)
	boom := errors.New("boom")
	for range 20 {
		if _, err := c.acquire(context.Background(), cacheKey{}, nil, 60, 0, func() (*memory, error) { return nil, boom }); !errors.Is(err, boom) {
			t.Fatal(err)
		}
	}
	if c.used != 0 {
		t.Errorf("%d bytes are lost", c.used)
	}
}

func TestOneBuildAtATime(t *testing.T) {
	s, _, _ := opened(t, Options{})
	leave, err := s.images.enter(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Image(over, request("code")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for a turn: got %v, want %v", err, context.DeadlineExceeded)
	}
	var waiting sync.WaitGroup
	images := make([]*Image, 8)
	for n := range images {
		waiting.Go(func() {
			image, err := s.Image(context.Background(), request("code"))
			if err != nil {
				t.Error(err)
			}
			images[n] = image
		})
	}
	leave()
	waiting.Wait()
	for _, i := range images {
		if i.entry != images[0].entry {
			t.Error("the same image was built twice")
		}
		i.Release()
	}
}

// Many queries, a small budget, expiry and dropping all at once; every image must hold the right rows while it is held.
func TestConcurrentQueries(t *testing.T) {
	s, _, _ := opened(t, Options{ImageBudget: 40 << 10, TTL: 5 * time.Millisecond})
	sets := [][]string{{"code"}, {"person", "code"}, {"value"}, {"start", "label"}, sample.Columns}
	var wg sync.WaitGroup
	for worker := range 6 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 0))
			for range 60 {
				q := request(sets[random.IntN(len(sets))]...)
				from := random.Int64N(8)
				checkConcurrent(t, s, codes(q, from, from+random.Int64N(3)))
				if random.IntN(20) == 0 {
					s.forget()
				}
			}
		})
	}
	wg.Wait()
	s.Close()
	if s.images.used != 0 {
		t.Errorf("%d bytes still in use", s.images.used)
	}
}

func checkConcurrent(t *testing.T, s *Store, q Request) {
	i, err := s.Image(context.Background(), q)
	if errors.Is(err, ErrBudget) {
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	defer i.Release()
	b, err := os.ReadFile(i.Path())
	if err != nil {
		t.Error(err)
		return
	}
	if !bytes.HasPrefix(b, []byte("PAR1")) || !bytes.HasSuffix(b, []byte("PAR1")) {
		t.Error("not Parquet")
	}
	_, rows, err := sample.Read(sample.Bytes(b), nil)
	if err != nil || len(rows) < 100 {
		t.Errorf("%d rows: %v", len(rows), err)
	}
}
