package farside_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/ledger"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFates lets one request go wrong in each way.
func TestFates(t *testing.T) {
	tests := []struct {
		name     string
		fate     farside.Fate
		status   int // of the answer; 0 is none
		accepted int32
	}{
		{"well", farside.Fate{}, 204, 1},
		{"after a while", farside.Fate{Wait: 2 * time.Second}, 204, 1},
		{"refused", farside.Fate{Way: farside.Refuse, Status: 429, RetryAfter: "2"}, 429, 0},
		{"cut before it is read", farside.Fate{Way: farside.CutBefore}, 0, 0},
		{"cut after it is read", farside.Fate{Way: farside.CutUnaccepted}, 0, 0},
		{"never answered", farside.Fate{Way: farside.Silent}, 0, 0},
		{"accepted, and the answer is a fault", farside.Fate{Way: farside.AcceptThenFail, Status: 500}, 500, 1},
		{"accepted, and cut", farside.Fate{Way: farside.AcceptThenCut}, 0, 1},
		{"accepted, and never answered", farside.Fate{Way: farside.AcceptThenSilence}, 0, 1},
		{"accepted when the client has gone", farside.Fate{Way: farside.AcceptLate, Wait: time.Minute}, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var accepted atomic.Int32
				gate := farside.NewGate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if b, err := io.ReadAll(r.Body); err != nil || string(b) != "text" {
						t.Errorf("the request is %q, %v", b, err)
					}
					accepted.Add(1)
					w.WriteHeader(http.StatusNoContent)
				}))
				gate.Set(farside.Always(tt.fate))
				status, header := ask(t, gate)
				if status != tt.status || header.Get("Retry-After") != tt.fate.RetryAfter {
					t.Errorf("status %d, %v", status, header)
				}
				if tt.fate.Way == farside.AcceptLate {
					if accepted.Load() != 0 || gate.Behind() != 1 {
						t.Errorf("accepted %d by the time the client goes, %d to come", accepted.Load(), gate.Behind())
					}
					<-time.After(2 * time.Minute)
				}
				if accepted.Load() != tt.accepted || gate.Behind() != 0 || len(gate.Posts()) != 1 {
					t.Errorf("accepted %d of %d posts, %d to come", accepted.Load(), len(gate.Posts()), gate.Behind())
				}
				gate.Close()
			})
		})
	}
}

// ask posts once, as a client that goes away after ten seconds.
func ask(t *testing.T, gate http.Handler) (status int, header http.Header) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	w := httptest.NewRecorder()
	func() {
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				w.Code = 0
			}
		}()
		gate.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader("text")))
	}()
	return w.Code, w.Header()
}

func TestOutageAnswersAll(t *testing.T) {
	gate := farside.NewGate(http.NotFoundHandler())
	defer gate.Close()
	gate.Set(farside.Outage(503))
	w := httptest.NewRecorder()
	gate.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != 503 || len(gate.Posts()) != 0 {
		t.Errorf("status %d, %d posts", w.Code, len(gate.Posts()))
	}
}

// TestFree follows a gate that is free for 30 s, shut for 30 s, and free again.
func TestFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		at := func(s int) time.Time { return began.Add(time.Duration(s) * time.Second) }
		gate := farside.NewGate(http.NotFoundHandler())
		defer gate.Close()
		<-time.After(30 * time.Second)
		gate.Set(farside.Outage(503))
		<-time.After(30 * time.Second)
		gate.Set(nil)
		<-time.After(60 * time.Second)
		up := func(time.Time, time.Time, time.Duration) bool { return true }
		for _, tt := range []struct {
			from, to, d int
			want        bool
		}{
			{0, 30, 30, true}, {0, 60, 31, false}, {10, 50, 20, true}, {10, 50, 21, false}, {30, 60, 1, false}, {31, 100, 40, true}, {31, 99, 40, false},
		} {
			if got := gate.Free(at(tt.from), at(tt.to), time.Duration(tt.d)*time.Second, up); got != tt.want {
				t.Errorf("free for %d s between %d and %d: %v", tt.d, tt.from, tt.to, got)
			}
		}
		if !gate.Free(at(31), time.Time{}, time.Minute, up) {
			t.Error("a zero end is not now")
		}
		if gate.Free(at(0), at(120), time.Second, func(time.Time, time.Time, time.Duration) bool { return false }) {
			t.Error("free although nothing ran")
		}
	})
}

func TestHook(t *testing.T) {
	h := farside.NewHook("webhook/a")
	body := `{"alerts":[
		{"status":"firing","labels":{"alertname":"capacity","instance_id":"i1","metric":"connections","severity":"warning"},"annotations":{"code":"K7Q2","usage":"80002"}},
		{"status":"resolved","labels":{"alertname":"capacity","instance_id":"i2","metric":"send_tps","severity":"critical"},"annotations":{"code":"M3B4","usage":"10003"}},
		{"status":"firing","labels":{"alertname":"no_data","instance_id":"i3"},"annotations":{"code":"P5C6"}}]}`
	r := httptest.NewRequest(http.MethodPost, "/a", strings.NewReader(body))
	r.Header.Set("webhook-id", "msg_1")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	got := h.Arrivals()
	if w.Code != 200 || len(got) != 2 || len(h.Bodies()) != 1 || h.Bodies()[0].Alerts != 3 {
		t.Fatalf("status %d, %v, %v", w.Code, got, h.Bodies())
	}
	for i, want := range []ledger.Arrival{
		{Recipient: "webhook/a", Message: "msg_1", Key: ledger.Key{Instance: "i1", Metric: "connections"}, Code: "K7Q2", Kind: ledger.Begin, Event: "firingwarning", Value: 80_002},
		{Recipient: "webhook/a", Message: "msg_1", Key: ledger.Key{Instance: "i2", Metric: "send_tps"}, Code: "M3B4", Kind: ledger.End, Event: "resolvedcritical", Value: 10_003},
	} {
		got[i].At = time.Time{}
		if got[i] != want {
			t.Errorf("arrival %d is %+v", i, got[i])
		}
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/a", strings.NewReader("{")))
	if w.Code != 400 || len(h.Bodies()) != 1 {
		t.Errorf("half a body: status %d", w.Code)
	}
}

// TestProvider sends a text to a provider whose clock is off, among those of others.
func TestProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := farside.NewProvider(farside.AccountSID)
		if err != nil {
			t.Fatal(err)
		}
		p.Skew(-10 * time.Minute)
		p.Stuff(3, "+4930000001")
		form := url.Values{"To": {"+4930000001"}, "From": {farside.From}, "Body": {"K7Q2 WARNING"}}
		r := httptest.NewRequest(http.MethodPost, "/2010-04-01/Accounts/"+farside.AccountSID+"/Messages.json", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(farside.AccountSID, farside.AuthToken)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		texts := p.Texts()
		if w.Code != 201 || len(texts) != 1 || texts[0].Body != "K7Q2 WARNING" || !texts[0].At.Equal(time.Now()) {
			t.Fatalf("status %d, %+v", w.Code, texts)
		}
		if date := w.Header().Get("Date"); date != time.Now().Add(-10*time.Minute).UTC().Format(http.TimeFormat) {
			t.Errorf("Date %q", date)
		}
	})
}
