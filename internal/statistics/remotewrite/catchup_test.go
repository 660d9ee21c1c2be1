package remotewrite

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

const farURL = "http://user:hush@far.test/write?token=hush"

// feed lets a history grow as time passes, until ctx ends: n series have a sample every
// 15 seconds, each at its own second, and one more has one at each full minute.
func feed(ctx context.Context, p *past, n int) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			grow(p, n, now)
		}
	}
}

func grow(p *past, n int, now time.Time) {
	at := now.Truncate(time.Second)
	for i := range n {
		if int64(i)%15 == at.Unix()%15 {
			p.add(connections(i), at.UnixMilli(), float64(at.Unix()%997))
		}
	}
	if at.Unix()%60 == 0 {
		p.add(connections(999), at.UnixMilli(), 1)
	}
}

// fill puts what feed would have put after from and before to.
func fill(p *past, n int, from, to time.Time) {
	for at := from.Add(time.Second); at.Before(to); at = at.Add(time.Second) {
		grow(p, n, at)
	}
}

// same fails unless the far side has what the history has.
func same(t *testing.T, p *past, far *strict) {
	t.Helper()
	if diff := cmp.Diff(p.all(), far.has()); diff != "" {
		t.Errorf("(-in the history +at the far side)\n%s", diff)
	}
}

func refused(w *running) float64 {
	return testutil.ToFloat64(w.metrics.dropped.WithLabelValues(dropRefused))
}

// TestNothingIsLostAndNothingOutOfOrder kills a Writer again and again, at a far side
// that goes away, and takes requests without saying so. In the end it has exactly what
// the history has, and nothing was refused.
func TestNothingIsLostAndNothingOutOfOrder(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random, luck := rand.New(rand.NewPCG(seed, 9)), rand.New(rand.NewPCG(seed, 10)) // luck is the far side's
				dir, p, far := t.TempDir(), newPast(), newStrict(t)
				begun(t, dir, farURL, time.Now())
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				fed := make(chan struct{})
				go func() { feed(ctx, p, 30); close(fed) }()
				away, flaky := false, true
				far.before = func([]stamped) fate {
					switch {
					case away:
						return fate{err: errors.New("connection refused")}
					case flaky && luck.IntN(4) == 0:
						return fate{lost: true}
					}
					return fate{}
				}
				is := func(gone, unsure bool) {
					far.mu.Lock()
					defer far.mu.Unlock()
					away, flaky = gone, unsure
				}
				for life := range 6 {
					is(false, life < 5)
					w := run(t, farURL, Options{
						History: p.history(24 * time.Hour), Dir: dir, Transport: far,
						WindowSamples: 200 + random.IntN(2000), BatchSamples: 1 + random.IntN(40),
					})
					for range 1 + random.IntN(20) {
						<-time.After(time.Duration(random.IntN(30_000)) * time.Millisecond)
						is(random.IntN(3) == 0, life < 5)
					}
					if life == 5 {
						is(false, false)
						stop()
						<-fed
						<-time.After(10 * time.Minute)
					}
					is(life < 5, false) // a process that is killed says no farewell
					w.end()
					if n := refused(w); n > 0 {
						t.Errorf("%v samples were refused", n)
					}
				}
				same(t, p, far)
				if far.refused > 0 {
					t.Errorf("%d requests were refused", far.refused)
				}
			})
		})
	}
}

// TestFarSideAwayForLong lets the far side be away for hours: memory does not grow, the
// log says four things, and it has all afterwards.
func TestFarSideAwayForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, p, far := t.TempDir(), newPast(), newStrict(t)
		begun(t, dir, farURL, time.Now())
		fill(p, 20, time.Now(), time.Now().Add(4*time.Hour))
		gone := true
		far.before = func([]stamped) fate {
			if gone {
				return fate{err: errors.New("connection refused")}
			}
			return fate{}
		}
		var log bytes.Buffer
		w := run(t, farURL, Options{
			History: p.history(400 * 24 * time.Hour), Dir: dir, Transport: far, WindowSamples: 1000, BatchSamples: 100,
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		<-time.After(4 * time.Hour)
		if p.read > 2000 {
			t.Errorf("%d samples were read while nothing was taken", p.read)
		}
		if behind := testutil.ToFloat64(w.metrics.behind); behind < 3.9*3600 || behind > 4.1*3600 {
			t.Errorf("it is %v s behind, want four hours", behind)
		}
		if waiting := testutil.ToFloat64(w.metrics.depth); waiting == 0 || waiting > 1000 {
			t.Errorf("%v samples wait", waiting)
		}
		far.mu.Lock()
		gone = false
		far.mu.Unlock()
		<-time.After(10 * time.Minute)
		w.end()
		same(t, p, far)
		if far.again > 0 {
			t.Errorf("%d samples were sent twice", far.again)
		}
		if behind := testutil.ToFloat64(w.metrics.behind); behind > 10 {
			t.Errorf("it is %v s behind", behind)
		}
		for _, line := range []string{"remote write fails", "catches up", "goes on", "has caught up"} {
			if strings.Count(log.String(), line) != 1 {
				t.Errorf("the log does not say once: %s", line)
			}
		}
		if n := strings.Count(log.String(), "\n"); n != 4 || strings.Contains(log.String(), "hush") {
			t.Errorf("log:\n%s", log.String())
		}
	})
}

func TestStopWithADeadEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, p := t.TempDir(), newPast()
		begun(t, dir, farURL, time.Now())
		ctx, stop := context.WithCancel(t.Context())
		fed := make(chan struct{})
		go func() { feed(ctx, p, 20); close(fed) }()
		dead := roundTripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done() // takes the connection and never answers
			return nil, r.Context().Err()
		})
		w := run(t, farURL, Options{History: p.history(time.Hour), Dir: dir, Transport: dead})
		<-time.After(5 * time.Minute)
		stop()
		<-fed
		stopped := time.Now()
		w.end()
		if took := time.Since(stopped); took > grace {
			t.Errorf("the end took %s", took)
		}
		far := newStrict(t)
		next := run(t, farURL, Options{History: p.history(time.Hour), Dir: dir, Transport: far})
		<-time.After(time.Minute)
		next.end()
		same(t, p, far)
	})
}

// TestTheEndSendsWhatIsNew stops a Writer long before its next window.
func TestTheEndSendsWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, p, far := t.TempDir(), newPast(), newStrict(t)
		begun(t, dir, farURL, time.Now())
		w := run(t, farURL, Options{History: p.history(time.Hour), Dir: dir, Transport: far})
		<-time.After(time.Second)
		p.add(connections(1), time.Now().UnixMilli(), 7)
		p.final = time.Now().UnixMilli()
		w.end()
		same(t, p, far)
		if got, _, err := markIn(dir, Shown(farURL)).load(); err != nil || got != p.final {
			t.Errorf("the mark is at %d, %v; want %d", got, err, p.final)
		}
	})
}

// TestWhereItBegins has a Writer begin with every kind of mark.
func TestWhereItBegins(t *testing.T) {
	const retention = 3 * time.Hour
	for _, c := range []struct {
		name  string
		mark  func(t *testing.T, dir string)
		from  time.Duration // before now, of what is sent
		left  float64       // seconds that are left out
		said  string
		quiet bool
	}{
		{"new: begins now", func(*testing.T, string) {}, 0, 0, "", true},
		{"an hour ago", func(t *testing.T, dir string) { begun(t, dir, farURL, time.Now().Add(-time.Hour)) }, time.Hour, 0, "catches up", false},
		{
			"longer ago than the history is kept", func(t *testing.T, dir string) { begun(t, dir, farURL, time.Now().Add(-5*time.Hour)) }, retention, 7200,
			"away for longer than the history is kept", false,
		},
		{"a little ahead", func(t *testing.T, dir string) { begun(t, dir, farURL, time.Now().Add(5*time.Minute)) }, -5 * time.Minute, 0, "", true},
		{"far ahead", func(t *testing.T, dir string) { begun(t, dir, farURL, time.Now().Add(time.Hour)) }, 0, 0, "was the clock moved", false},
		{"damaged", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, markName(Shown(farURL))), []byte("{"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, 0, 0, "it is not known how much was sent", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, dir, p, far := time.Now(), t.TempDir(), newPast(), newStrict(t)
				c.mark(t, dir)
				fill(p, 3, began.Add(-6*time.Hour), began.Add(30*time.Minute))
				var log bytes.Buffer
				w := run(t, farURL, Options{History: p.history(retention), Dir: dir, Transport: far, Logger: slog.New(slog.NewTextHandler(&log, nil))})
				<-time.After(20 * time.Minute)
				w.end()
				want := p.all()[:0]
				for _, s := range p.all() {
					if s.T > began.Add(-c.from).UnixMilli() && s.T <= w.through.Load() {
						want = append(want, s)
					}
				}
				if diff := cmp.Diff(want, far.has()); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				left := testutil.ToFloat64(w.metrics.left.WithLabelValues(leftRetention))
				if left < c.left || left > c.left+1 {
					t.Errorf("%v s were left out, want %v", left, c.left)
				}
				if !strings.Contains(log.String(), c.said) || c.quiet && log.Len() > 0 {
					t.Errorf("the log: %s", log.String())
				}
			})
		})
	}
}

// TestClockSetBack sets the end of what is final back by an hour: nothing is sent twice,
// and it goes on when the old time is reached.
func TestClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, p, far := t.TempDir(), newPast(), newStrict(t)
		begun(t, dir, farURL, time.Now())
		fill(p, 3, time.Now(), time.Now().Add(3*time.Hour))
		set := func(at time.Time) { p.mu.Lock(); p.final = at.UnixMilli(); p.mu.Unlock() }
		begin := time.Now()
		set(begin.Add(time.Hour))
		w := run(t, farURL, Options{History: p.history(24 * time.Hour), Dir: dir, Transport: far})
		<-time.After(10 * time.Minute)
		set(begin)
		<-time.After(10 * time.Minute)
		taken := len(far.has())
		set(begin.Add(30 * time.Minute))
		<-time.After(10 * time.Minute)
		if n := len(far.has()); n != taken {
			t.Errorf("%d more samples arrived", n-taken)
		}
		set(begin.Add(3 * time.Hour))
		<-time.After(10 * time.Minute)
		w.end()
		same(t, p, far)
	})
}

// TestUnreadableHistory breaks an hour of the history: it is tried three times and left
// out, and what is before and behind arrives.
func TestUnreadableHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, p, far := t.TempDir(), newPast(), newStrict(t)
		begin := time.Now()
		begun(t, dir, farURL, begin)
		fill(p, 3, begin, begin.Add(2*time.Hour))
		tries := 0
		from, to := begin.Add(30*time.Minute).UnixMilli(), begin.Add(31*time.Minute).UnixMilli()
		p.broken = func(mint, maxt int64) error {
			if mint <= to && maxt >= from {
				tries++
				return errors.New("a chunk is damaged")
			}
			return nil
		}
		<-time.After(2 * time.Hour)
		var log bytes.Buffer
		w := run(t, farURL, Options{History: p.history(24 * time.Hour), Dir: dir, Transport: far, WindowSamples: 60, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		<-time.After(time.Hour)
		w.end()
		left := testutil.ToFloat64(w.metrics.left.WithLabelValues(leftUnreadable))
		if left < 60 || left > 600 {
			t.Errorf("%v s were left out, want the damaged minute and what was read with it", left)
		}
		missing := 0
		for _, s := range p.all() {
			if s.T < from-int64(left*1000) || s.T > to+int64(left*1000) {
				missing++
			}
		}
		if got := len(far.has()); got < missing {
			t.Errorf("%d samples arrived, want %d or more", got, missing)
		}
		if tries%unreadable != 0 || !strings.Contains(log.String(), "leaves out") {
			t.Errorf("%d tries, log:\n%s", tries, log.String())
		}
	})
}

// TestMoreThanFits has a fleet of which one second holds more than a window may.
func TestMoreThanFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, p, far := t.TempDir(), newPast(), newStrict(t)
		begun(t, dir, farURL, time.Now())
		for i := range 500 {
			for minute := range 3 {
				p.add(connections(i), time.Now().Add(time.Duration(minute+1)*time.Minute).UnixMilli(), float64(i))
			}
		}
		<-time.After(time.Hour)
		w := run(t, farURL, Options{History: p.history(24 * time.Hour), Dir: dir, Transport: far, WindowSamples: 100, BatchSamples: 70})
		<-time.After(10 * time.Minute)
		w.end()
		same(t, p, far)
	})
}

// TestMarkThatCannotBeSaved goes on sending, and says it once.
func TestMarkThatCannotBeSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, p, far := filepath.Join(t.TempDir(), "gone"), newPast(), newStrict(t)
		begin := time.Now()
		fill(p, 3, begin, begin.Add(5*time.Minute))
		var log bytes.Buffer
		w := run(t, farURL, Options{History: p.history(24 * time.Hour), Dir: dir, Transport: far, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		<-time.After(10 * time.Minute)
		w.end()
		same(t, p, far)
		if n := strings.Count(log.String(), "cannot be noted"); n != 1 {
			t.Errorf("it is said %d times:\n%s", n, log.String())
		}
	})
}
