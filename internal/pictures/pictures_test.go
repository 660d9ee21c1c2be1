package pictures

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/mailchart"
	"github.com/brimwatch/brimwatch/notifier"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func noon() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) }

// board is a Drawer that writes down what it is asked for.
type board struct {
	mu    sync.Mutex
	asked []string
	now   int           // pictures that are being drawn
	most  int           // at the same time
	hold  chan struct{} // pictures are drawn when it is closed; nil: at once
	err   error
}

func (b *board) Picture(ctx context.Context, s mailchart.Section, l words.Language) ([]byte, error) {
	b.mu.Lock()
	b.asked = append(b.asked, fmt.Sprintf("%s %s %s %v %s", s.Instance, s.Metric, s.To.Sub(s.From), s.Threshold, l))
	b.now++
	b.most = max(b.most, b.now)
	b.mu.Unlock()
	if b.hold != nil {
		select {
		case <-b.hold:
		case <-ctx.Done():
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now--
	return []byte("\x89PNG of " + s.Instance), b.err
}

// place is a handler with all around it.
type place struct {
	*board
	signer *links.Signer
	now    time.Time
	h      *Handler
}

func newPlace() *place {
	p := &place{board: &board{}, signer: links.New(), now: noon().Add(2 * time.Minute)}
	p.h = New(Options{Links: p.signer, Drawer: p.board, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return p.now }})
	return p
}

// address is where the chart of an instance is.
func (p *place) address(change ...func(*links.Picture)) string {
	at := links.Picture{
		Instance: "mqtt-1", Metric: "connections", From: noon().Add(-24 * time.Hour), To: noon(), Threshold: 0.7, Language: "zh", Expires: noon().Add(time.Hour),
	}
	for _, c := range change {
		c(&at)
	}
	return p.signer.PictureAddress(at)
}

func (p *place) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	p.h.ServeHTTP(w, r)
	return w
}

// TestPicture: who has the address gets what was signed, may keep it for as long as the address
// holds, and asks for it a second time in vain.
func TestPicture(t *testing.T) {
	p := newPlace()
	w := p.ask(http.MethodGet, p.address())
	if w.Code != http.StatusOK || w.Body.String() != "\x89PNG of mqtt-1" {
		t.Fatalf("%d %q", w.Code, w.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "image/png", "Cache-Control": "public, max-age=3480, immutable", "Last-Modified": "Mon, 30 Nov 2026 12:00:00 GMT", "X-Content-Type-Options": "nosniff",
		"X-Robots-Tag": "noindex", "Content-Length": "14",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if w := p.ask(http.MethodHead, p.address()); w.Code != http.StatusOK || w.Body.Len() > 0 || w.Header().Get("Content-Length") != "14" {
		t.Errorf("HEAD: %d, %v", w.Code, w.Header())
	}
	if w := p.ask(http.MethodGet, p.address(), "If-Modified-Since", "Mon, 30 Nov 2026 12:00:00 GMT"); w.Code != http.StatusNotModified {
		t.Errorf("who has it already: %d", w.Code)
	}
	if len(p.asked) != 1 || p.asked[0] != "mqtt-1 connections 24h0m0s 0.7 zh" {
		t.Errorf("drawn: %q", p.asked)
	}
	p.now = p.now.Add(keptFor)
	if p.ask(http.MethodGet, p.address()); len(p.asked) != 2 {
		t.Errorf("a minute later %d were drawn", len(p.asked))
	}
}

// TestATimeThatIsNotOver: what goes on being recorded is kept for a minute by nobody.
func TestATimeThatIsNotOver(t *testing.T) {
	p := newPlace()
	w := p.ask(http.MethodGet, p.address(func(l *links.Picture) { l.To = p.now.Add(-30 * time.Second) }))
	if got := w.Header().Get("Cache-Control"); w.Code != http.StatusOK || got != "public, max-age=60" || w.Header().Get("Last-Modified") != "" {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	w = p.ask(http.MethodGet, p.address(func(l *links.Picture) { l.To, l.Expires = p.now, p.now.Add(20*time.Second) }))
	if got := w.Header().Get("Cache-Control"); got != "public, max-age=20" {
		t.Errorf("one that expires soon: %q", got)
	}
}

// TestTheReadingThatRaised: who asks in the moment of the notice waits until what was read then has
// been stored; who goes away meanwhile does not.
func TestTheReadingThatRaised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace()
		for left, want := range map[time.Duration]time.Duration{
			-time.Hour: 0, -stored: 0, 0: stored, time.Second: stored + time.Second, 2 * time.Second: 0, time.Hour: 0,
		} {
			before := time.Now()
			p.ask(http.MethodGet, p.address(func(l *links.Picture) {
				l.To, l.Expires, l.Instance = p.now.Add(left), p.now.Add(2*time.Hour), left.String()
			}))
			if got := time.Since(before); got != want {
				t.Errorf("%s before the end: after %s, want %s", left, got, want)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		before := time.Now()
		p.h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, p.address(func(l *links.Picture) { l.To = p.now }), nil))
		if time.Since(before) > 0 {
			t.Errorf("somebody who has gone was waited for: %s", time.Since(before))
		}
	})
}

// TestRefused: an address that does not hold shows nothing, draws nothing, and says why in the
// reader's language.
func TestRefused(t *testing.T) {
	p := newPlace()
	for name, tt := range map[string]struct {
		path   string
		status int
		says   string
	}{
		"expired":                {p.address(func(l *links.Picture) { l.Expires = p.now }), http.StatusGone, "此图片的地址已过期"},
		"expired, in English":    {p.address(func(l *links.Picture) { l.Expires, l.Language = p.now, "en" }), http.StatusGone, "The address of this picture has expired"},
		"of another Brimwatch":   {newPlace().address(), http.StatusNotFound, "not the address of a picture"},
		"cut":                    {strings.TrimSuffix(p.address(), "x.png") + "y.png", http.StatusNotFound, "Copy all of it"},
		"a link":                 {links.PicturePath + p.signer.Token(links.Link{Code: "K7Q2", By: "wei", Expires: p.now.Add(time.Hour)}) + links.PictureEnd, http.StatusNotFound, "not the address"},
		"a metric of the future": {p.address(func(l *links.Picture) { l.Metric = "dreams" }), http.StatusNotFound, "图片地址"},
		"nothing":                {links.PicturePath, http.StatusNotFound, "not the address"},
		"below it":               {links.PicturePath + "a/b.png", http.StatusNotFound, "not the address"},
	} {
		w := p.ask(http.MethodGet, tt.path)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %s %v", name, w.Code, w.Body, w.Header())
		}
	}
	if w := p.ask(http.MethodPost, p.address()); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d", w.Code)
	}
	if len(p.asked) > 0 {
		t.Errorf("drawn: %q", p.asked)
	}
}

// TestNothingToDraw: who asks learns whether to ask again.
func TestNothingToDraw(t *testing.T) {
	p := newPlace()
	p.err = fmt.Errorf("draw: %w", mailchart.ErrNothing)
	if w := p.ask(http.MethodGet, p.address()); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "没有可以绘制的记录") {
		t.Errorf("nothing was recorded: %d %s", w.Code, w.Body)
	}
	p.err = errors.New("the history is away")
	if w := p.ask(http.MethodGet, p.address()); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "30" || strings.Contains(w.Body.String(), "history") {
		t.Errorf("the history is away: %d %s", w.Code, w.Body)
	}
	p.err = nil
	if w := p.ask(http.MethodGet, p.address()); w.Code != http.StatusOK {
		t.Errorf("a fault was kept: %d", w.Code)
	}
}

// TestAFewAtATime: however many ask, two are drawn at a time, one address once, and who would
// have to wait for too long is told to come again.
func TestAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace()
		p.hold = make(chan struct{})
		answers := make(chan int)
		ask := func(i int) {
			answers <- p.ask(http.MethodGet, p.address(func(l *links.Picture) { l.Instance = fmt.Sprint("mqtt-", i) })).Code
		}
		for i := range 10 {
			go ask(i)
		}
		synctest.Wait()
		if p.most != atOnce {
			t.Errorf("%d at a time", p.most)
		}
		for range 10 - atOnce {
			if got := <-answers; got != http.StatusServiceUnavailable {
				t.Errorf("after %s: %d", patience, got)
			}
		}
		close(p.hold)
		for range atOnce {
			if got := <-answers; got != http.StatusOK {
				t.Errorf("one whose turn it was: %d", got)
			}
		}
		p.asked, p.now = nil, p.now.Add(keptFor)
		for range 10 {
			go ask(1)
		}
		for range 10 {
			if got := <-answers; got != http.StatusOK {
				t.Errorf("the same once more: %d", got)
			}
		}
		if len(p.asked) > atOnce {
			t.Errorf("one picture was drawn %d times", len(p.asked))
		}
	})
}

// TestWhoGoesAway: a turn is not waited for on behalf of somebody who has gone.
func TestWhoGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlace()
		p.hold = make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		for i := range 5 {
			done.Go(func() {
				r := httptest.NewRequestWithContext(ctx, http.MethodGet, p.address(func(l *links.Picture) { l.Instance = strconv.Itoa(i) }), nil)
				p.h.ServeHTTP(httptest.NewRecorder(), r)
			})
		}
		synctest.Wait()
		before := time.Now()
		cancel()
		done.Wait()
		if time.Since(before) > 0 || len(p.h.turns) > 0 {
			t.Errorf("after %s %d turns are held", time.Since(before), len(p.h.turns))
		}
	})
}

// TestKeptIsBounded: however many pictures are drawn, few are kept, and the newest is among them.
func TestKeptIsBounded(t *testing.T) {
	var k kept
	at := noon()
	for i := range 500 {
		at = at.Add(10 * time.Millisecond)
		k.put(strconv.Itoa(i), []byte{byte(i)}, at)
		if got, ok := k.get(strconv.Itoa(i), at); !ok || !bytes.Equal(got, []byte{byte(i)}) || len(k.list) > keptMost {
			t.Fatalf("after %d: %v, %v, %d are kept", i, got, ok, len(k.list))
		}
	}
	k.put("new", nil, at.Add(keptFor))
	if len(k.list) != 1 {
		t.Errorf("%d are kept that are too old", len(k.list)-1)
	}
	if _, ok := k.get("new", at); ok {
		t.Error("the clock was set back, and it is kept all the same")
	}
}

// TestOf: the picture of a notice shows the day before it, with the threshold of its alarm.
func TestOf(t *testing.T) {
	n := &notifier.Notice{Kind: alarm.Raised, CreatedAt: noon(), Alert: notifier.Alert{
		Labels: map[string]string{"instance_id": "mqtt-1", "metric": fleet.Connections.String()}, Annotations: map[string]string{"threshold": "72.5%"},
	}}
	want := links.Picture{
		Instance: "mqtt-1", Metric: "connections", From: noon().Add(-24 * time.Hour), To: noon(), Threshold: 0.725, Language: "zh", Expires: noon().Add(links.PictureLifetime),
	}
	if got, ok := Of(n, words.ZH); !ok || got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	n.CreatedAt = noon().Add(300 * time.Millisecond)
	if got, _ := Of(n, words.ZH); !got.To.Equal(noon().Add(time.Second)) || got.To.Sub(got.From) != 24*time.Hour {
		t.Errorf("within a second it ends at %s", got.To)
	}
	delete(n.Alert.Labels, "metric")
	if _, ok := Of(n, words.ZH); ok {
		t.Error("a notice about no metric has a picture")
	}
}
