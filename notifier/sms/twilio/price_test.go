package twilio_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestPrice: Twilio writes what it charged as a text below zero, null until it knows.
func TestPrice(t *testing.T) {
	known := func(currency string, millionths fleet.Amount) notifier.Price {
		return notifier.Price{Currency: currency, Amount: millionths, Known: true}
	}
	for _, tt := range []struct {
		price, unit string
		want        notifier.Price
	}{
		{`"-0.00750"`, `"USD"`, known("USD", 7500)},
		{`"-0.0075"`, `"usd"`, known("USD", 7500)},
		{`"0.0075"`, `"EUR"`, known("EUR", 7500)},
		{`"0"`, `"JPY"`, known("JPY", 0)},
		{`"-1,000.5"`, `"USD"`, known("USD", 1_000_500_000)},
		{"null", `"USD"`, notifier.Price{Currency: "USD"}},
		{`""`, `"USD"`, notifier.Price{Currency: "USD"}},
		{`"much"`, `"USD"`, notifier.Price{Currency: "USD"}},
		{`"-0.00750"`, "null", notifier.Price{}},
		{`"-0.00750"`, `"US"`, notifier.Price{}},
		{`"-0.00750"`, `"US\n"`, notifier.Price{}},
		{`"-0.00750"`, `"DOLLARS"`, notifier.Price{}},
	} {
		srv := newAnswers(t, http.StatusOK, fmt.Sprintf(`{"sid": %q, "status": "sent", "price": %s, "price_unit": %s}`, sid, tt.price, tt.unit))
		got, err := newChannel(t, srv.URL).Track(t.Context(), notifier.SentMessage{ProviderID: sid})
		if err != nil || got.Price != tt.want {
			t.Errorf("price %s %s = %+v, %v; want %+v", tt.price, tt.unit, got.Price, err, tt.want)
		}
	}
}

// TestSegmentsThatTwilioCounts: also when it finds a message or takes one.
func TestSegmentsThatTwilioCounts(t *testing.T) {
	for segments, want := range map[string]int{`"2"`: 2, `"0"`: 0, "null": 0, `"many"`: 0} {
		srv := newAnswers(t, http.StatusOK, fmt.Sprintf(`{"sid": %q, "status": "sent", "num_segments": %s}`, sid, segments))
		got, err := newChannel(t, srv.URL).Send(t.Context(), message(raiseText))
		if err != nil || got.Segments != want {
			t.Errorf("num_segments %s = %d, %v; want %d", segments, got.Segments, err, want)
		}
	}
}
