package alarm

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestCalendarOfOneInstance follows instances from before their ends to long after
// them. Bubbles begin with the year 2000, which has a 29 February.
func TestCalendarOfOneInstance(t *testing.T) {
	for _, tt := range []struct {
		name, zone string
		month      time.Month
		day        int
		hour       int
		minute     int
	}{
		{"a month's last minute", "UTC", time.January, 31, 23, 59},
		{"29 February, east of Greenwich", "Asia/Shanghai", time.February, 29, 0, 0},
		{"an hour that the clock leaves out", "Europe/Berlin", time.March, 26, 2, 30},
		{"its suspension on the day whose clock goes forward", "America/New_York", time.March, 18, 0, 0},
		{"three quarters of an hour off", "Asia/Kathmandu", time.January, 20, 16, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			end := time.Date(2000, tt.month, tt.day, tt.hour, tt.minute, 0, 0, zone(t, tt.zone))
			synctest.Test(t, func(t *testing.T) { followInstance(t, end) })
		})
	}
}

// followInstance lets time pass over the whole calendar of an instance that is
// paid until end, in the zone of end.
func followInstance(t *testing.T, end time.Time) {
	account := &fleet.Account{Name: "acme", Zone: end.Location()}
	c := Calendar{Terms: []TermWatch{subscribed("a", end.UTC(), account)}}
	r := newClockRig(t, c)
	r.want()
	for _, s := range []struct {
		days int
		want []string
	}{
		{-7, []string{"raised expiry a 7d"}}, {-3, []string{"escalated expiry a 3d"}}, {-1, []string{"escalated expiry a 1d"}}, {0, []string{"escalated expiry a 0d"}},
		{14, []string{"raised suspension a 1d"}}, {15, []string{"escalated suspension a 0d"}},
		{23, []string{"raised release a 7d"}}, {27, []string{"escalated release a 3d"}}, {29, []string{"escalated release a 1d"}}, {30, []string{"escalated release a 0d"}}, {60, nil},
	} {
		at := end.AddDate(0, 0, s.days)
		r.until(at.Add(-2 * time.Minute))
		r.want()
		r.until(at)
		r.want(s.want...)
		// A restart at any time tells nothing again.
		r.stop()
		r.start(c)
		r.want()
	}
	// Renewal ends all that is open, whenever it comes. That the term goes on is not said of what
	// was due for deletion: nobody knows whether it still exists.
	renewed := end.AddDate(1, 0, 0).UTC()
	r.set(Calendar{Terms: []TermWatch{subscribed("a", renewed, account)}})
	year := " until " + renewed.Format(time.DateOnly)
	r.want("cleared expiry a"+year, "cleared suspension a", "cleared release a")
	r.stop()
}

// TestStepsKeepTheTimeOfDay: a step so many days ahead comes at the same time of
// the day there, over ends of months and changes of the clock.
func TestStepsKeepTheTimeOfDay(t *testing.T) {
	dates := []time.Time{
		time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC), // Berlin's clock was set the day before
		time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), // New York's
	}
	for _, name := range []string{"UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"} {
		z := zone(t, name)
		for _, date := range dates {
			for hour := range 24 {
				end := time.Date(date.Year(), date.Month(), date.Day(), hour, 0, 0, 0, z)
				a := subscribed("a", end.UTC(), &fleet.Account{Name: "acme", Zone: z})
				r := a.expiry(a.Rules.Expiry, end.AddDate(0, 0, -40), 0)
				for i, days := range []int{7, 3, 1, 0} {
					want := end
					if days > 0 { // of an hour that comes twice the first, and after one that never comes
						want = fleet.OnClock(time.Date(date.Year(), date.Month(), date.Day()-days, hour, 0, 0, 0, time.UTC), z)
					}
					if got := r.Steps[i].At; !got.Equal(want) {
						t.Errorf("%d days before %s: %s, want %s", days, end, got.In(z), want)
					}
				}
			}
		}
	}
}
