package phone_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
)

// TestPrice: the price is there once the message was sent, for each segment, below
// zero as Twilio writes it.
func TestPrice(t *testing.T) {
	for segments, want := range map[int]string{1: "-0.00790", 2: "-0.01580", 0: ""} {
		r := newRig(t, func(o *phone.Options) { o.Segments = func(string) (int, bool) { return segments, true } })
		type priced struct{ SID, Price string }
		sid := decode[priced](t, r.do(http.MethodPost, path+".json", url.Values{"From": {from}, "To": {wei}, "Body": {"K7Q2"}})).SID
		for i, want := range []string{"", "", want, want} {
			if got := decode[priced](t, r.do(http.MethodGet, path+"/"+sid+".json", nil)); got.Price != want {
				t.Errorf("%d segments after %d s: price %q, want %q", segments, i, got.Price, want)
			}
			r.clock.at = r.clock.at.Add(time.Second)
		}
	}
}
