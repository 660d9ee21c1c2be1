package twilio_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// A message in doubt is found whatever the clocks of Twilio and of this machine say,
// and the same text of an hour before is not taken for it.
func TestFindGoesByTwiliosClock(t *testing.T) {
	for _, tt := range []struct {
		name string
		off  time.Duration // Twilio's clock against ours
	}{
		{"both agree", 0},
		{"Twilio's is ten minutes behind", -10 * time.Minute},
		{"Twilio's is ten minutes ahead", 10 * time.Minute},
		{"ours was set a day ahead", -25 * time.Hour},
		{"ours was set a day back", 25 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			m := message(raiseText)
			m.InDoubt, m.Age = true, 5*time.Minute
			here := time.Now().Add(tt.off)
			r.now = here.Add(-time.Hour)
			r.send(t, raiseText)
			r.now = here
			if receipt, found, err := r.ch.Find(t.Context(), m); err != nil || found {
				t.Errorf("the text of an hour before was taken for it: %+v, %v", receipt, err)
			}
			r.now = here.Add(-m.Age)
			r.send(t, raiseText)
			want := r.Messages()[1].SID
			r.now = here
			if receipt, found, err := r.ch.Find(t.Context(), m); err != nil || !found || receipt.ProviderID != want {
				t.Errorf("Find = %+v, %t, %v; want %s", receipt, found, err, want)
			}
		})
	}
}

// dateless takes the Date out of an answer.
type dateless struct{ http.ResponseWriter }

func (d dateless) WriteHeader(status int) {
	d.Header()["Date"] = nil
	d.ResponseWriter.WriteHeader(status)
}

// Where an answer has no Date our clock has to do.
func TestFindWithoutADateGoesByOurClock(t *testing.T) {
	r := newRig(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(dateless{w}, r) })
	})
	m := message(raiseText)
	m.Age = 5 * time.Minute
	for _, tt := range []struct {
		name  string
		sent  time.Duration // ago, by our clock
		found bool
	}{{"an hour ago", time.Hour, false}, {"at its first attempt", m.Age, true}} {
		t.Run(tt.name, func(t *testing.T) {
			r.now = time.Now().Add(-tt.sent)
			r.send(t, raiseText)
			if _, found, err := r.ch.Find(t.Context(), m); err != nil || found != tt.found {
				t.Errorf("found %t, %v; want %t", found, err, tt.found)
			}
		})
	}
	var _ notifier.Finder = r.ch
}
