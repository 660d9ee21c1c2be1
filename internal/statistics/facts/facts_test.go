package facts

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const minute = int64(60_000)

func mqtt1() series.Identity { return series.Identity{ID: "mqtt-1", Product: "mqtt", Edition: "basic"} }

func openIn(t testing.TB, dir string, log *bytes.Buffer) *Store {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	if log != nil {
		logger = slog.New(slog.NewTextHandler(log, nil))
	}
	s, err := Open(Options{Dir: dir, Logger: logger})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

// samples writes the samples of a track as minute=value, with x for the end.
func samples(track Track, mint, maxt int64) string {
	var out []string
	it := track.Iterator(mint, maxt)
	for it.Next() != chunkenc.ValNone {
		t, v := it.At()
		text := fmt.Sprintf("%g=%g", float64(t)/float64(minute), v)
		if value.IsStaleNaN(v) {
			text = fmt.Sprintf("%g=x", float64(t)/float64(minute))
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func only(t testing.TB, s *Store, now int64) View {
	t.Helper()
	views := s.Views("mqtt-1", now)
	if len(views) != 1 {
		t.Fatalf("%d views, want 1", len(views))
	}
	return views[0]
}

func TestSamplesOfAFact(t *testing.T) {
	k := Capacity(fleet.Connections)
	for _, c := range []struct {
		name       string
		do         func(*Store, *Subject)
		mint, maxt int64
		want       string
	}{
		{"one value is repeated each minute", func(s *Store, sub *Subject) {
			s.Begin(minute / 2)
			s.Set(sub, k, minute/2, 500)
			s.Alive(3 * minute)
		}, 0, 10 * minute, "0.5=500 1=500 2=500 3=500"},
		{"a change shows when it happens", func(s *Store, sub *Subject) {
			s.Begin(0)
			s.Set(sub, k, 0, 500)
			s.Set(sub, k, minute+minute/4, 700)
			s.Alive(2 * minute)
		}, 0, 10 * minute, "0=500 1=500 1.25=700 2=700"},
		{"the same value again changes nothing", func(s *Store, sub *Subject) {
			s.Begin(0)
			s.Set(sub, k, 0, 500)
			s.Set(sub, k, minute/4, 500)
			s.Alive(minute)
		}, 0, 10 * minute, "0=500 1=500"},
		{"an end is marked once", func(s *Store, sub *Subject) {
			s.Begin(0)
			s.Set(sub, k, 0, 500)
			s.Set(sub, k, minute+1000, Absent())
			s.Set(sub, k, minute+2000, Absent())
			s.Alive(5 * minute)
		}, 0, 10 * minute, "0=500 1=500 1.0166666666666666=x"},
		{"and may be followed by a beginning", func(s *Store, sub *Subject) {
			s.Begin(0)
			s.Set(sub, k, 0, 500)
			s.Set(sub, k, minute/2, Absent())
			s.Set(sub, k, 2*minute+minute/2, 800)
			s.Alive(3 * minute)
		}, 0, 10 * minute, "0=500 0.5=x 2.5=800 3=800"},
		{"nothing is known while nobody watched", func(s *Store, sub *Subject) {
			s.Begin(0)
			s.Set(sub, k, 0, 500)
			s.Alive(minute)
			s.Begin(20*minute + 1)
			s.Alive(21 * minute)
		}, 0, 30 * minute, "0=500 1=500 20.000016666666667=500 21=500"},
		{"a short pause is bridged", func(s *Store, sub *Subject) {
			s.Begin(0)
			s.Set(sub, k, 0, 500)
			s.Alive(minute)
			s.Begin(3 * minute)
			s.Alive(4 * minute)
		}, 0, 30 * minute, "0=500 1=500 2=500 3=500 4=500"},
		{"a range cuts both ends", func(s *Store, sub *Subject) {
			s.Begin(0)
			s.Set(sub, k, 0, 500)
			s.Alive(9 * minute)
		}, 2*minute + 1, 4*minute + 1, "3=500 4=500"},
		{"a reading from before the session takes it along", func(s *Store, sub *Subject) {
			s.Begin(2 * minute)
			s.Set(sub, k, minute, 500)
			s.Alive(minute)
			s.Alive(2 * minute)
		}, 0, 10 * minute, "1=500 2=500"},
		{"time that runs backwards does not disturb the order", func(s *Store, sub *Subject) {
			s.Begin(0)
			s.Set(sub, k, minute, 500)
			s.Set(sub, k, 0, 700)
			s.Alive(2 * minute)
		}, 0, 10 * minute, "1=500 1.0000166666666668=700 2=700"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir, nil)
			c.do(s, s.Subject(mqtt1()))
			s.open = false // so that now is the last sign of life
			if got := samples(only(t, s, 0).Track(k), c.mint, c.maxt); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again := openIn(t, dir, nil)
			if got := samples(only(t, again, 0).Track(k), c.mint, c.maxt); got != c.want {
				t.Errorf("after a restart\ngot  %s\nwant %s", got, c.want)
			}
			if err := again.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestStates(t *testing.T) {
	s := openIn(t, t.TempDir(), nil)
	sub := s.Subject(mqtt1())
	s.Begin(0)
	for i, state := range []float64{0, 1, 0} {
		s.Set(sub, Lifecycle, int64(i)*minute, state)
	}
	v := only(t, s, 2*minute)
	for i, want := range []string{"0=1 1=x 2=1", "1=1 2=x", ""} {
		if got := samples(v.State(i), 0, 2*minute); got != want {
			t.Errorf("state %d: got %q, want %q", i, got, want)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestWithoutClose reads the file as a crash leaves it, cut at every byte: what
// comes back is always a beginning of what was written.
func TestWithoutClose(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir, nil)
	sub := s.Subject(mqtt1())
	s.Begin(0)
	for i := range int64(20) {
		s.Set(sub, Expiry, i*minute, float64(i+1))
	}
	s.Alive(20 * minute)
	if err := s.Flush(time.Now(), false); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := s.subjects[mqtt1()].track(Expiry)
	for n := range data {
		cut := t.TempDir()
		if err := os.WriteFile(filepath.Join(cut, fileName), data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		again := openIn(t, cut, &log)
		var got []point
		if sub := again.subjects[mqtt1()]; sub != nil {
			got = sub.track(Expiry)
		}
		if len(got) > len(whole) || !slices.Equal(got, whole[:len(got)]) {
			t.Fatalf("cut at %d of %d: %v", n, len(data), got)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDamageIsPutAsideAndSaid(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func([]byte) []byte
		keeps  bool
	}{
		{"another file", func([]byte) []byte { return []byte("hello, world") }, false},
		{"a flipped bit at the end", func(b []byte) []byte { b[len(b)-2] ^= 1; return b }, true},
		{"a flipped bit at the beginning", func(b []byte) []byte { b[0] ^= 1; return b }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir, nil)
			sub := s.Subject(mqtt1())
			s.Begin(0)
			s.Set(sub, Expiry, 0, 5)
			s.Alive(minute)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, fileName)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			again := openIn(t, dir, &log)
			defer func() {
				if err := again.Close(); err != nil {
					t.Error(err)
				}
			}()
			if !strings.Contains(log.String(), "file of facts is damaged") {
				t.Errorf("the log does not say so: %s", log.String())
			}
			copies, err := filepath.Glob(path + ".damaged-*")
			if err != nil || len(copies) != 1 {
				t.Errorf("copies: %v %v", copies, err)
			}
			if got := len(again.Views("mqtt-1", 0)) == 1; got != c.keeps {
				t.Errorf("facts kept: %v, want %v", got, c.keeps)
			}
		})
	}
}

func TestRetention(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	ago := func(d time.Duration) int64 { return now.Add(-d).UnixMilli() }
	s := openIn(t, dir, nil)
	kept, gone := s.Subject(mqtt1()), s.Subject(series.Identity{ID: "gone"})
	s.Begin(ago(100 * time.Hour))
	s.Set(kept, Expiry, ago(99*time.Hour), 1)
	s.Set(kept, Expiry, ago(50*time.Hour), 2)
	s.Set(kept, Expiry, ago(10*time.Hour), 3)
	s.Set(gone, Expiry, ago(99*time.Hour), 1)
	s.Set(gone, Expiry, ago(90*time.Hour), Absent())
	s.Alive(now.UnixMilli())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(Options{Dir: dir, Retention: 24 * time.Hour, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Views("gone", 0)) != 0 {
		t.Error("an instance whose facts ended before the retention is still there")
	}
	// The value in force when the retention begins is still needed.
	if v, ok := only(t, again, 0).Track(Expiry).At(ago(20 * time.Hour)); !ok || v != 2 {
		t.Errorf("value in force: %v %v, want 2", v, ok)
	}
	if again.Points() != 2 {
		t.Errorf("%d points, want 2", again.Points())
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRestlessFactIsBounded(t *testing.T) {
	s := openIn(t, t.TempDir(), nil)
	sub := s.Subject(mqtt1())
	s.Begin(0)
	for i := range int64(100_000) {
		s.Set(sub, Expiry, i*1000, float64(i))
	}
	if s.Points() > trackPoints {
		t.Errorf("%d points are held, want at most %d", s.Points(), trackPoints)
	}
	if v, ok := sub.Latest(Expiry); !ok || v != 99_999 {
		t.Errorf("newest value: %v %v", v, ok)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestUnwritableFileIsWrittenAnewLater(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir, nil)
	sub := s.Subject(mqtt1())
	s.Begin(0)
	s.Set(sub, Expiry, 0, 1)
	if err := s.file.f.Close(); err != nil { // as good as a dead disk
		t.Fatal(err)
	}
	if err := s.Flush(time.Now(), true); err == nil {
		t.Fatal("no error from a file that cannot be written")
	}
	s.Set(sub, Expiry, minute, 2)
	s.Alive(minute)
	if err := s.Flush(time.Now(), true); err != nil {
		t.Fatalf("second flush: %v", err)
	}
	again := openIn(t, dir, nil)
	if got := samples(only(t, again, 0).Track(Expiry), 0, minute); got != "0=1 1=2" {
		t.Errorf("got %s", got)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestIteratorAgainstNaive compares Next and Seek with a walk over every second.
func TestIteratorAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		track := Track{}
		at := int64(0)
		for range rapid.IntRange(0, 6).Draw(t, "points") {
			at += rapid.Int64Range(1, 200).Draw(t, "gap") * 1000
			v := float64(rapid.IntRange(0, 2).Draw(t, "v"))
			if v == 0 {
				v = math.NaN()
			}
			track.points = append(track.points, point{t: at, v: v})
		}
		at = 0
		for range rapid.IntRange(0, 3).Draw(t, "sessions") {
			from := at + rapid.Int64Range(1, 200).Draw(t, "pause")*1000
			at = from + rapid.Int64Range(0, 300).Draw(t, "length")*1000
			track.sessions = append(track.sessions, Span{From: from, To: at})
		}
		mint := rapid.Int64Range(0, 600).Draw(t, "mint") * 1000
		maxt := mint + rapid.Int64Range(0, 1200).Draw(t, "length of range")*1000

		var want []point
		for ms := mint; ms <= maxt; ms += 1000 {
			if v, ok := naive(track, ms); ok {
				want = append(want, point{t: ms, v: v})
			}
		}
		var got []point
		it := track.Iterator(mint, maxt)
		for it.Next() != chunkenc.ValNone {
			ts, v := it.At()
			got = append(got, point{t: ts, v: v})
		}
		if !cmp.Equal(want, got, cmp.AllowUnexported(point{}), cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })) {
			t.Fatalf("want %v\ngot  %v", want, got)
		}
		target := rapid.Int64Range(0, 2000).Draw(t, "seek") * 1000
		it = track.Iterator(mint, maxt)
		found := it.Seek(target) != chunkenc.ValNone
		for _, p := range want {
			if p.t >= target {
				if ts, _ := it.At(); !found || ts != p.t {
					t.Fatalf("seek %d found %v at %d, want %d", target, found, ts, p.t)
				}
				return
			}
		}
		if found {
			t.Fatalf("seek %d found what is not there", target)
		}
	})
}

// naive says whether there is a sample at ms, by the description of Track.next.
func naive(track Track, ms int64) (float64, bool) {
	var session *Span
	for i, sp := range track.sessions {
		if sp.From <= ms && ms <= sp.To {
			session = &track.sessions[i]
		}
	}
	var cur, before *point
	for i, p := range track.points {
		if p.t <= ms {
			before, cur = cur, &track.points[i]
		}
	}
	switch {
	case session == nil || cur == nil:
		return 0, false
	case cur.absent():
		return math.Float64frombits(value.StaleNaN), cur.t == ms && before != nil && !before.absent()
	}
	return cur.v, ms%Every == 0 || ms == cur.t || ms == session.From
}

func FuzzDecode(f *testing.F) {
	s := openIn(f, f.TempDir(), nil)
	sub := s.Subject(mqtt1())
	s.Begin(1)
	s.Set(sub, Expiry, 1, 5)
	s.Set(sub, Lifecycle, 1, 2)
	round := s.Round(1)
	round.Set(s.Labelled(labels.FromStrings("__name__", "brimwatch_alarm_raised", "rule", "capacity")), 1)
	s.Alive(60_001)
	f.Add(s.encode())
	f.Add(appendRecord([]byte(magic), []byte{recordNames, 0xff, 0xff, 0xff, 0xff, 0x0f}))
	f.Add([]byte(magic))
	if err := s.Close(); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func(data []byte) *Store {
			s := empty(Options{Logger: slog.New(slog.DiscardHandler)}, &logFile{broken: true})
			n, err := decode(data, s)
			if n > len(data) || err == nil && n != len(data) {
				t.Fatalf("read %d of %d bytes, %v", n, len(data), err)
			}
			return s
		}
		s := read(data)
		for _, sub := range s.subjects {
			for _, track := range sub.tracks {
				inOrder(t, track)
			}
		}
		for _, f := range s.labelled {
			inOrder(t, f.points)
		}
		// What was read survives being written and read again.
		again := read(s.encode())
		if again.points != s.points || len(again.subjects) != len(s.subjects) || len(again.labelled) != len(s.labelled) || !cmp.Equal(again.sessions, s.sessions) {
			t.Fatalf("%d points, %d subjects, %v became %d, %d, %v", s.points, len(s.subjects), s.sessions, again.points, len(again.subjects), again.sessions)
		}
	})
}

func inOrder(t *testing.T, track []point) {
	t.Helper()
	for i := 1; i < len(track); i++ {
		if track[i].t <= track[i-1].t {
			t.Fatal("a fact is out of order")
		}
	}
}
