package alarm

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestTheEveningBefore(t *testing.T) {
	nine, late := 9*60, 20*60
	shanghai := zone(t, "Asia/Shanghai")
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 12, day, hour, minute, 0, 0, shanghai) }
	for _, tt := range []struct {
		name   string
		hour   *int
		moment time.Time
		lead   time.Duration
		want   time.Time
	}{
		{"off", nil, at(5, 3, 0), 6 * time.Hour, at(4, 21, 0)},
		{"a day ahead: nine o'clock is early enough", &nine, at(5, 0, 0), day, at(4, 0, 0)},
		{"seven days ahead", &nine, at(5, 0, 0), 7 * day, at(5, 0, 0).AddDate(0, 0, -7)},
		{"the moment itself, at night", &nine, at(5, 3, 0), 0, at(5, 3, 0)},
		{"in the night before it", &nine, at(5, 3, 0), 6 * time.Hour, at(4, 18, 0)},
		{"after midnight", &nine, at(5, 8, 0), 6 * time.Hour, at(4, 18, 0)},
		{"nine o'clock would leave less than half", &nine, at(5, 12, 0), 12 * time.Hour, at(4, 18, 0)},
		{"nine o'clock leaves more than half", &nine, at(5, 23, 0), 16 * time.Hour, at(5, 7, 0)},
		{"a minute before the night", &nine, at(5, 2, 59), 6 * time.Hour, at(4, 20, 59)},
		{"by day", &nine, at(4, 20, 0), 6 * time.Hour, at(4, 14, 0)},
		{"told in the evenings: the night ends at nine", &late, at(5, 14, 0), 6 * time.Hour, at(4, 18, 0)},
		{"told in the evenings, by day", &late, at(5, 17, 0), 6 * time.Hour, at(5, 11, 0)},
	} {
		l := &Leads{Before: []time.Duration{tt.lead}, Hour: tt.hour}
		a := subscribed("a", tt.moment.UTC(), &fleet.Account{Name: "acme", Zone: shanghai})
		if got := a.expiry(l, tt.moment.AddDate(0, 0, -40), 0).Steps[0]; !got.At.Equal(tt.want) || got.Lead != tt.lead {
			t.Errorf("%s: %s, want %s", tt.name, got.At.In(shanghai), tt.want)
		}
	}
}
