package api

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

// TestConfirm: what somebody says of an instance is in the answer, in the list of instances, and
// in the series of its state; who signed in is who said so.
func TestConfirm(t *testing.T) {
	f := newFakes()
	h := behindSignIn(t, f.handler(t))
	wei := []string{"Authorization", "Basic d2VpOnB3"}
	w := ask(t, h, http.MethodPost, "/api/v1/instances/mqtt-1/confirm", `{"gone":true,"by":"li"}`, wei...)
	got := decode[wire.Confirmed](t, w)
	if w.Code != http.StatusOK || got.InstanceID != "mqtt-1" || got.Confirmation.By != "wei" || !got.Confirmation.Gone || !got.Confirmation.At.Equal(now()) || got.Lifecycle.State != "released" {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	one := decode[wire.Instances](t, ask(t, h, http.MethodGet, "/api/v1/instances/mqtt-1", "", wei...)).Instances[0].Lifecycle
	if c := one.Confirmation; c == nil || c.By != "wei" || one.State != "released" || !strings.HasPrefix(one.Reason, "gone: wei said so on ") {
		t.Errorf("the instance: %+v", one)
	}
	if last := one.Moments[len(one.Moments)-1]; last.Told != "person" || last.State != "released" {
		t.Errorf("its moments: %+v", one.Moments)
	}
	page := ask(t, h, http.MethodGet, "/metrics", "", wei...).Body.String()
	if !strings.Contains(page, `state="released"} 1`) {
		t.Error("the series of its state do not say released")
	}
	w = ask(t, h, http.MethodPost, "/api/v1/instances/mqtt-1/confirm", "", wei...)
	if got := decode[wire.Confirmed](t, w); got.Confirmation.Gone || got.Lifecycle.State == "released" {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}

// TestConfirmRefused: nothing is taken down, and the answer says why.
func TestConfirmRefused(t *testing.T) {
	for _, tt := range []struct {
		name, id, body string
		header         []string
		err            error
		code           int
		want           string
	}{
		{"no such instance", "nobody", "", nil, nil, http.StatusNotFound, `no instance has the id`},
		{"not asked", "mqtt-1", "", nil, alarm.ErrNotAsked, http.StatusUnprocessableEntity, "its deletion was not due"},
		{"its source answers", "mqtt-1", `{"gone":true}`, nil, alarm.ErrAnswers, http.StatusUnprocessableEntity, "its source answers"},
		{"not stored", "mqtt-1", "", nil, errors.New("disk full"), http.StatusInternalServerError, "disk full"},
		{"garbled", "mqtt-1", `{"by":"a\nb"}`, nil, nil, http.StatusBadRequest, "one line of plain text"},
		{"a field too many", "mqtt-1", `{"exists":true}`, nil, nil, http.StatusBadRequest, "exists"},
		{"from another site", "mqtt-1", "", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, nil, http.StatusForbidden, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakes()
			f.confirmErr = tt.err
			w := ask(t, f.handler(t), http.MethodPost, "/api/v1/instances/"+tt.id+"/confirm", tt.body, tt.header...)
			if w.Code != tt.code || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("answered %d: %s", w.Code, w.Body)
			}
			if st, _ := f.Standing("mqtt-1"); st.Course != nil && !st.Course.Said.At.IsZero() {
				t.Error("it was taken down")
			}
		})
	}
}

// TestConfirmations lists what was said, with what does not hold any more.
func TestConfirmations(t *testing.T) {
	f := newFakes()
	f.said = []alarm.Said{{Instance: "mqtt-1", At: now(), What: alarm.TakenBack, By: "wei", Reason: "it has another term"}, {Instance: "mqtt-1", At: now().Add(-time.Hour), What: alarm.SaidGone, By: "wei"}}
	w := ask(t, f.handler(t), http.MethodGet, "/api/v1/instances/mqtt-1/confirmations", "")
	got := decode[wire.Confirmations](t, w).Confirmations
	if len(got) != 2 || got[0].What != "taken_back" || got[0].Reason != "it has another term" || got[1].What != "gone" || got[1].By != "wei" || !got[1].At.Equal(now().Add(-time.Hour)) {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	f.err = errors.New("disk full")
	if w := ask(t, f.handler(t), http.MethodGet, "/api/v1/instances/mqtt-1/confirmations", ""); w.Code != http.StatusInternalServerError {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
}
