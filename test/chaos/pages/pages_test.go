package pages_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/chaos/pages"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// read gets the page of an instance.
func read(t *testing.T, f *pages.Fleet, path string) (status int, page string) {
	t.Helper()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

// after waits in the bubble.
func after(d time.Duration) { <-time.After(d) }

func TestPage(t *testing.T) {
	f := pages.New(2, "connections", "send_tps")
	f.Set(1, 1, pages.High)
	status, page := read(t, f, "/i/1/metrics")
	const want = "# TYPE chaos_connections gauge\nchaos_connections 10001\n# TYPE chaos_send_tps gauge\nchaos_send_tps 80002\n"
	if status != 200 || page != want {
		t.Errorf("status %d:\n%s", status, page)
	}
	for _, path := range []string{"/i/2/metrics", "/i/-1/metrics", "/i/x/metrics", "/"} {
		if status, _ := read(t, f, path); status != 404 {
			t.Errorf("%s: status %d", path, status)
		}
	}
	if f.Reads() != 1 || f.Level(1, 1) != pages.High || f.Key(1, 1) != (ledger.Key{Instance: "i00001", Metric: "send_tps"}) {
		t.Errorf("%d reads, level %d, key %v", f.Reads(), f.Level(1, 1), f.Key(1, 1))
	}
}

// TestSure reads a value in two lives: only when one of them has read it for longer
// than an interval must it have been judged.
func TestSure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pages.New(1, "connections")
		began := time.Now()
		f.Life()
		read(t, f, "/i/0/metrics")
		after(time.Second)
		f.Life()
		read(t, f, "/i/0/metrics")
		after(time.Second)
		read(t, f, "/i/0/metrics")
		if !f.Sure(0, 0).IsZero() || !f.Read(0, 0).Equal(began) {
			t.Errorf("read at %v, sure at %v", f.Read(0, 0), f.Sure(0, 0))
		}
		after(time.Second)
		read(t, f, "/i/0/metrics")
		if !f.Sure(0, 0).Equal(began.Add(3 * time.Second)) {
			t.Errorf("sure at %v", f.Sure(0, 0))
		}
		if !f.SureNow(0, 0) {
			t.Error("this life has not judged it")
		}
		f.Life()
		if f.SureNow(0, 0) || f.Sure(0, 0).IsZero() {
			t.Error("the next life has judged it before it began")
		}
		f.Set(0, 0, pages.Full)
		p := f.Periods()
		if len(p) != 2 || p[0].Raised || !p[1].Raised || !p[1].First.IsZero() || p[0].Value == p[1].Value {
			t.Errorf("periods %+v", p)
		}
	})
}

func TestAllRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pages.New(3, "connections")
		f.SetAll(2, pages.High)
		began := time.Now()
		read(t, f, "/i/2/metrics")
		after(time.Second)
		read(t, f, "/i/0/metrics")
		if _, _, all := f.AllRead(); all {
			t.Error("all are read before the last one is")
		}
		after(time.Second)
		read(t, f, "/i/1/metrics")
		first, last, all := f.AllRead()
		if !all || !first.Equal(began.Add(time.Second)) || !last.Equal(began.Add(2*time.Second)) {
			t.Errorf("%v to %v, %v", first, last, all)
		}
	})
}

// TestHold keeps a page back, and lets it go.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := pages.New(1, "connections")
		release := f.Hold()
		done := make(chan struct{})
		go func() {
			defer close(done)
			read(t, f, "/i/0/metrics")
		}()
		synctest.Wait()
		if f.Reads() != 0 {
			t.Error("a page was read although all are held")
		}
		f.SetAll(1, pages.High)
		release()
		release() // twice is once
		<-done
		if f.Read(0, 0).IsZero() {
			t.Error("what was held does not show the newest value")
		}
	})
}
