package fleet

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDayBegins: when days begin on which zones do something odd at midnight. The moments are
// from another program (Python's zoneinfo, minute by minute).
func TestDayBegins(t *testing.T) {
	for _, tt := range []struct {
		zone    string
		y, m, d int
		want    string
	}{
		{"America/Santiago", 2026, 9, 6, "2026-09-06T04:00:00Z"},   // 01:00
		{"Asia/Beirut", 2026, 3, 29, "2026-03-28T22:00:00Z"},       // 01:00
		{"America/Havana", 2026, 3, 8, "2026-03-08T05:00:00Z"},     // 01:00
		{"America/Havana", 2026, 11, 1, "2026-11-01T04:00:00Z"},    // the first of two midnights
		{"Africa/Cairo", 2026, 4, 24, "2026-04-23T22:00:00Z"},      // 01:00
		{"America/Asuncion", 2023, 10, 1, "2023-10-01T04:00:00Z"},  // 01:00
		{"Atlantic/Azores", 2026, 3, 29, "2026-03-29T01:00:00Z"},   // 01:00
		{"Atlantic/Azores", 2026, 10, 25, "2026-10-25T00:00:00Z"},  // the first of two
		{"America/Sao_Paulo", 2018, 11, 4, "2018-11-04T03:00:00Z"}, // 01:00
		{"Asia/Amman", 2022, 2, 25, "2022-02-24T22:00:00Z"},        // 01:00
		{"Asia/Damascus", 2022, 3, 25, "2022-03-24T22:00:00Z"},     // 01:00
		{"Asia/Tehran", 2022, 3, 22, "2022-03-21T20:30:00Z"},       // 01:00
		{"Asia/Gaza", 2022, 3, 27, "2022-03-26T22:00:00Z"},         // 01:00
		{"Pacific/Apia", 2011, 12, 30, "2011-12-30T10:00:00Z"},     // a day that is left out: 31 December, 00:00
		{"Pacific/Kwajalein", 1993, 8, 21, "1993-08-21T12:00:00Z"}, // likewise
		{"America/St_Johns", 2010, 11, 7, "2010-11-07T02:30:00Z"},  // a minute of it, and then an hour of the day before
		{"America/Scoresbysund", 2024, 3, 31, "2024-03-31T01:00:00Z"},
		{"Australia/Lord_Howe", 2026, 10, 4, "2026-10-03T13:30:00Z"},
		{"Asia/Shanghai", 2027, 1, 1, "2026-12-31T16:00:00Z"},
	} {
		z := zone(t, tt.zone)
		got := DayBegins(tt.y, time.Month(tt.m), tt.d, z)
		if text := got.Format(time.RFC3339); text != tt.want {
			t.Errorf("%s, %d-%02d-%02d: %s, want %s", tt.zone, tt.y, tt.m, tt.d, text, tt.want)
		}
		if !BeginsDay(got, z) || BeginsDay(got.Add(-1), z) || BeginsDay(got.Add(time.Minute), z) {
			t.Errorf("%s: %s is not the only beginning", tt.zone, got)
		}
	}
}

// TestPhasesInZonesWithoutAMidnight: a phase that ends on a day without a midnight ends as the
// day begins, and those after it count from the day.
func TestPhasesInZonesWithoutAMidnight(t *testing.T) {
	for _, tt := range []struct {
		zone, from, stops, gone string
		days                    int
	}{
		{"America/Santiago", "2026-08-22 00:00", "2026-09-06 01:00", "2026-09-21 00:00", 15},
		{"Asia/Beirut", "2026-03-14 00:00", "2026-03-29 01:00", "2026-04-13 00:00", 15},
		{"Africa/Cairo", "2026-04-17 00:00", "2026-04-24 01:00", "2026-05-01 00:00", 7},
		{"America/Havana", "2026-10-25 00:00", "2026-11-01 00:00", "2026-11-08 00:00", 7},
		{"America/Santiago", "2026-09-06 01:00", "2026-09-13 00:00", "2026-09-20 00:00", 7}, // it begins on such a day
		{"Europe/Berlin", "2026-03-22 02:30", "2026-03-29 03:00", "2026-04-05 02:30", 7},    // half past two does not come
		{"Pacific/Apia", "2011-12-23 00:00", "2011-12-31 00:00", "2012-01-06 00:00", 7},     // the day does not come
	} {
		z := zone(t, tt.zone)
		from, err := time.ParseInLocation("2006-01-02 15:04", tt.from, z)
		if err != nil {
			t.Fatal(err)
		}
		p := Policy{Downgrades: true, Phases: []Phase{{State: LifecycleGrace, Days: tt.days}, {State: LifecycleSuspended, Days: tt.days}, {State: LifecycleReleased}}}
		for _, action := range []string{Release, Downgrade} {
			c := Term{Method: Subscription, Expires: from.UTC(), PostExpiration: action}.Course(p, &Account{Zone: z})
			last := c.Moments[len(c.Moments)-1].At
			if got := c.Begins(LifecycleSuspended).In(z).Format("2006-01-02 15:04"); got != tt.stops {
				t.Errorf("%s from %s: stops %s, want %s", tt.zone, tt.from, got, tt.stops)
			}
			if got := last.In(z).Format("2006-01-02 15:04"); got != tt.gone {
				t.Errorf("%s from %s: %s %s, want %s", tt.zone, tt.from, action, got, tt.gone)
			}
		}
	}
}

// TestBeforeWithoutAMidnight: steps ahead of a moment that a zone has shifted, and steps that
// fall on a day without a midnight or on one that never comes.
func TestBeforeWithoutAMidnight(t *testing.T) {
	for _, tt := range []struct {
		zone, at string
		days     int
		want     string
	}{
		{"America/Santiago", "2026-09-06 01:00", 7, "2026-08-30 00:00"},
		{"America/Santiago", "2026-09-13 00:00", 7, "2026-09-06 01:00"},
		{"America/Santiago", "2026-09-06 01:00", 0, "2026-09-06 01:00"},
		{"America/Havana", "2026-11-08 00:00", 7, "2026-11-01 00:00"},
		{"Pacific/Apia", "2011-12-31 00:00", 1, "2011-12-29 00:00"}, // the day between never came
		{"Pacific/Apia", "2012-01-01 00:00", 1, "2011-12-31 00:00"},
	} {
		z := zone(t, tt.zone)
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, z)
		if err != nil {
			t.Fatal(err)
		}
		c := Course{Zone: z}
		if got := c.Before(at, time.Duration(tt.days)*24*time.Hour).In(z).Format("2006-01-02 15:04"); got != tt.want {
			t.Errorf("%s, %d days before %s: %s, want %s", tt.zone, tt.days, tt.at, got, tt.want)
		}
	}
	second := time.Date(2026, 11, 1, 5, 0, 0, 0, time.UTC) // the second midnight of that day
	if got := DaysBefore(second, 0, zone(t, "America/Havana")); !got.Equal(second) {
		t.Errorf("no day before %s is %s", second, got)
	}
}

// lastDay writes the last day of a term that ends with it; "" for another.
func lastDay(end time.Time, zone *time.Location) string {
	day, ok := LastDay(end, zone)
	if !ok {
		return ""
	}
	return day.In(zone).Format(time.DateOnly)
}

func TestLastDayWithoutAMidnight(t *testing.T) {
	for _, tt := range []struct{ zone, end, want string }{
		{"America/Santiago", "2026-09-06T04:00:00Z", "2026-09-05"},
		{"America/Santiago", "2026-09-06T05:00:00Z", ""},
		{"Asia/Beirut", "2026-03-28T22:00:00Z", "2026-03-28"},
		{"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-29"},
	} {
		end, err := time.Parse(time.RFC3339, tt.end)
		if err != nil {
			t.Fatal(err)
		}
		if got := lastDay(end, zone(t, tt.zone)); got != tt.want {
			t.Errorf("%s, %s: %q, want %q", tt.zone, tt.end, got, tt.want)
		}
	}
}

// TestEveryZone holds DayBegins against a search, minute by minute, around every change of a
// clock near midnight, in all zones that Go has, from 1973 to 2037.
func TestEveryZone(t *testing.T) {
	names := zoneNames(t)
	days := 0
	for _, name := range names {
		z := zone(t, name)
		for at := time.Date(1973, 1, 2, 0, 0, 0, 0, time.UTC); at.Year() < 2037; {
			_, end := at.In(z).ZoneBounds()
			if end.IsZero() {
				break
			}
			before, after := end.Add(-1).In(z), end.In(z)
			if nearMidnight(before) || nearMidnight(after) || before.Day() != after.Day() {
				y, m, d := after.Date()
				for _, day := range [...]int{d - 1, d, d + 1} {
					days++
					if got, want := DayBegins(y, m, day, z), search(y, m, day, z); !got.Equal(want) {
						t.Errorf("%s, %d-%02d-%02d: %s, want %s", name, y, m, day, got.In(z), want.In(z))
					}
				}
			}
			at = end.Add(time.Hour)
		}
	}
	if len(names) < 300 || days < 1000 {
		t.Errorf("only %d days of %d zones were looked at", days, len(names))
	}
}

func nearMidnight(local time.Time) bool { return local.Hour() < 2 || local.Hour() >= 22 }

// search finds the first whole minute of a day, or after it, in a zone. It passes over hours
// in which no clock changes and which end on an earlier day.
func search(y int, m time.Month, d int, z *time.Location) time.Time {
	noon := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	y, m, d = noon.Date() // the day before the first, and after the last, are of other months
	wanted := y*10000 + int(m)*100 + d
	reached := func(at time.Time) bool {
		ly, lm, ld := at.In(z).Date()
		return ly*10000+int(lm)*100+ld >= wanted
	}
	at := noon.Add(-27 * time.Hour)
	for {
		next := at.Add(time.Hour)
		if _, change := at.In(z).ZoneBounds(); !change.IsZero() && change.Before(next) || reached(next) {
			break
		}
		at = next
	}
	for ; !reached(at); at = at.Add(time.Minute) {
	}
	return at
}

// zoneNames lists the zones that come with Go.
func zoneNames(t *testing.T) []string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("no Go is here that has zones: %v", err)
	}
	r, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatalf("Go's zones are not here: %v", err)
	}
	defer func() { _ = r.Close() }()
	var names []string
	for _, f := range r.File {
		if !strings.HasSuffix(f.Name, "/") {
			names = append(names, f.Name)
		}
	}
	return names
}

func TestNextAt(t *testing.T) {
	shanghai, santiago := zone(t, "Asia/Shanghai"), zone(t, "America/Santiago")
	nine := time.Date(2026, 12, 4, 9, 0, 0, 0, shanghai)
	for _, tt := range []struct {
		name    string
		at      time.Time
		minutes int
		zone    *time.Location
		want    time.Time
	}{
		{"at night", nine.Add(-9 * time.Hour), 540, shanghai, nine},
		{"at that very moment", nine, 540, shanghai, nine},
		{"a nanosecond later", nine.Add(1), 540, shanghai, nine.AddDate(0, 0, 1)},
		{"in the evening", nine.Add(10 * time.Hour), 540, shanghai, nine.AddDate(0, 0, 1)},
		{"of a clock that leaves it out", time.Date(2026, 9, 5, 12, 0, 0, 0, santiago), 30, santiago, time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC)},
	} {
		if got := NextAt(tt.at, tt.minutes, tt.zone); !got.Equal(tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got.In(tt.zone), tt.want)
		}
	}
}
