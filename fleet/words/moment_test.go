package words_test

import (
	"math"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

const day = 24 * time.Hour

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		name   string
		d      time.Duration
		en, zh string
	}{
		{"nothing", 0, "0 s", "0秒"},
		{"below a second", 999 * time.Millisecond, "0 s", "0秒"},
		{"below zero", -90 * time.Minute, "0 s", "0秒"},
		{"the least there is", math.MinInt64, "0 s", "0秒"},
		{"seconds", 40*time.Second + 999*time.Millisecond, "40 s", "40秒"},
		{"just below a minute", time.Minute - 1, "59 s", "59秒"},
		{"minutes", 12*time.Minute + 59*time.Second, "12 min", "12分钟"},
		{"just below an hour", time.Hour - 1, "59 min", "59分钟"},
		{"an hour", time.Hour, "1 h", "1小时"},
		{"hours", 3*time.Hour + 5*time.Minute, "3 h 5 min", "3小时5分钟"},
		{"a day", day, "1 d", "1天"},
		{"days", 26*time.Hour + 59*time.Minute, "1 d 2 h", "1天2小时"},
		{"just below 14 days", 14*day - 1, "13 d 23 h", "13天23小时"},
		{"14 days", 14*day + 5*time.Hour, "14 d", "14天"},
		{"the most there is", math.MaxInt64, "106751 d", "106751天"},
	} {
		if en, zh := words.Duration(c.d, words.EN), words.Duration(c.d, words.ZH); en != c.en || zh != c.zh {
			t.Errorf("%s: %q %q, want %q %q", c.name, en, zh, c.en, c.zh)
		}
	}
}

func TestRelative(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 12, 4, 0, time.UTC)
	for _, c := range []struct {
		name   string
		t      time.Time
		en, zh string
	}{
		{"now", now, "now", "现在"},
		{"half a second ago", now.Add(-time.Second / 2), "now", "现在"},
		{"a second ago", now.Add(-time.Second), "1 s ago", "1秒前"},
		{"half a second ahead", now.Add(time.Second / 2), "in 0 s", "0秒后"},
		{"ahead", now.Add(74 * time.Hour), "in 3 d 2 h", "3天2小时后"},
		{"ago", now.Add(-12 * time.Minute), "12 min ago", "12分钟前"},
	} {
		if en, zh := words.Relative(c.t, now, words.EN), words.Relative(c.t, now, words.ZH); en != c.en || zh != c.zh {
			t.Errorf("%s: %q %q, want %q %q", c.name, en, zh, c.en, c.zh)
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	out, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRemaining(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	spring, autumn := time.Date(2026, 3, 28, 12, 0, 0, 0, berlin), time.Date(2026, 10, 24, 12, 0, 0, 0, berlin)
	for _, c := range []struct {
		name    string
		at, now time.Time
		zone    *time.Location
		en, zh  string
	}{
		{"past", now.Add(-time.Hour), now, nil, "", ""},
		{"at its moment", now, now, nil, "", ""},
		{"half a second", now.Add(time.Second / 2), now, nil, "1 min", "1分钟"},
		{"minutes", now.Add(59*time.Minute - time.Second), now, nil, "58 min", "58分钟"},
		{"a second less than an hour", now.Add(time.Hour - time.Second), now, nil, "1 h", "1小时"},
		{"hours", now.Add(23*time.Hour + 58*time.Minute), now, nil, "23 h", "23小时"},
		{"a day", now.Add(day), now, nil, "1 d", "1天"},
		{"a day and an hour", now.Add(25 * time.Hour), now, nil, "1 d", "1天"},
		{"up to two days in hours", now.Add(47 * time.Hour), now, nil, "47 h", "47小时"},
		{"three days, told some seconds late", now.Add(3*day - 4*time.Second), now, nil, "3 d", "3天"},
		{"three days but for two minutes", now.Add(3*day - 2*time.Minute), now, nil, "2 d", "2天"},
		{"two days, one of 23 hours", spring.AddDate(0, 0, 2), spring, berlin, "2 d", "2天"},
		{"two days, one of 25 hours", autumn.AddDate(0, 0, 2), autumn, berlin, "2 d", "2天"},
		{"48 hours with a day of 25", autumn.Add(48 * time.Hour), autumn, berlin, "48 h", "48小时"},
		{"a year with a leap day", time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), nil, "366 d", "366天"},
	} {
		if en, zh := words.Remaining(c.at, c.now, c.zone, words.EN), words.Remaining(c.at, c.now, c.zone, words.ZH); en != c.en || zh != c.zh {
			t.Errorf("%s: %q %q, want %q %q", c.name, en, zh, c.en, c.zh)
		}
	}
}

func TestMoments(t *testing.T) {
	shanghai, kathmandu, newYork := zone(t, "Asia/Shanghai"), zone(t, "Asia/Kathmandu"), zone(t, "America/New_York")
	at := time.Date(2026, 12, 31, 18, 15, 4, 0, time.UTC)
	for _, c := range []struct {
		name                    string
		at                      time.Time
		zone                    *time.Location
		moment, timestamp, date string
		name2                   string
	}{
		{"no zone is UTC", at, nil, "2026-12-31 18:15 UTC", "2026-12-31 18:15:04", "2026-12-31", "UTC"},
		{"the next year in the zone", at, shanghai, "2027-01-01 02:15 UTC+8", "2027-01-01 02:15:04", "2027-01-01", "UTC+8"},
		{"a zone without a name", at, kathmandu, "2027-01-01 00:00 UTC+5:45", "2027-01-01 00:00:04", "2027-01-01", "UTC+5:45"},
		{"winter time", at, newYork, "2026-12-31 13:15 UTC-5", "2026-12-31 13:15:04", "2026-12-31", "UTC-5"},
		{"summer time", at.AddDate(0, -6, 0), newYork, "2026-07-01 14:15 UTC-4", "2026-07-01 14:15:04", "2026-07-01", "UTC-4"},
	} {
		got := [...]string{words.Moment(c.at, c.zone), words.Timestamp(c.at, c.zone), words.Date(c.at, c.zone), words.Zone(c.at, c.zone)}
		if got != [...]string{c.moment, c.timestamp, c.date, c.name2} {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestShortMoments(t *testing.T) {
	kathmandu := zone(t, "Asia/Kathmandu")
	at := time.Date(2026, 12, 31, 18, 15, 0, 0, time.UTC)
	for _, c := range []struct {
		name            string
		now             time.Time
		zone            *time.Location
		brief, soon     string
		zhBrief, zhSoon string
	}{
		{"the same day", at.Add(-time.Hour), time.UTC, "31 Dec 18:15", "today 31 Dec 18:15 UTC", "12月31日18:15", "今天12月31日18:15 UTC"},
		{"another day", at.AddDate(0, 0, -3), nil, "31 Dec 18:15", "31 Dec 18:15 UTC", "12月31日18:15", "12月31日18:15 UTC"},
		{"the same day of another year", at.AddDate(1, 0, 0), nil, "31 Dec 2026 18:15", "31 Dec 2026 18:15 UTC", "2026年12月31日18:15", "2026年12月31日18:15 UTC"},
		{"midnight of another year", at.Add(-time.Minute), kathmandu, "1 Jan 2027 00:00", "1 Jan 2027 00:00 UTC+5:45", "2027年1月1日0点", "2027年1月1日0点 UTC+5:45"},
	} {
		en := [...]string{words.Brief(at, c.now, c.zone, words.EN), words.Soon(at, c.now, c.zone, words.EN)}
		zh := [...]string{words.Brief(at, c.now, c.zone, words.ZH), words.Soon(at, c.now, c.zone, words.ZH)}
		if en != [...]string{c.brief, c.soon} || zh != [...]string{c.zhBrief, c.zhSoon} {
			t.Errorf("%s: %q %q", c.name, en, zh)
		}
	}
	got := [...]string{words.BriefDate(at, kathmandu, words.EN), words.BriefDate(at, kathmandu, words.ZH), words.Clock(at, kathmandu), words.BriefDay(at, at.AddDate(-1, 0, 0), kathmandu, words.ZH)}
	if got != [...]string{"1 Jan", "1月1日", "00:00 UTC+5:45", "2027年1月1日"} {
		t.Errorf("day and hour: %q", got)
	}
}

// A moment that nobody knows is written as nothing, and never as the year 1.
func TestMomentsThatAreNotKnown(t *testing.T) {
	var at time.Time
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, l := range []words.Language{words.EN, words.ZH} {
		for i, got := range [...]string{
			words.Moment(at, nil), words.Timestamp(at, nil), words.Date(at, nil), words.Brief(at, now, nil, l), words.Soon(at, now, nil, l),
			words.BriefDate(at, nil, l), words.Clock(at, nil), words.TermEnd(at, nil, l), words.Remaining(at, now, nil, l),
		} {
			if got != "" {
				t.Errorf("%v, %d: %q", l, i, got)
			}
		}
	}
}

// TestTermEnd: a term that ends with a day is told as that day, wherever a day begins.
func TestTermEnd(t *testing.T) {
	santiago, shanghai := zone(t, "America/Santiago"), zone(t, "Asia/Shanghai")
	for _, c := range []struct {
		name   string
		end    time.Time
		zone   *time.Location
		en, zh string
	}{
		{"midnight of the account", time.Date(2026, 12, 5, 0, 0, 0, 0, shanghai), shanghai, "last day 2026-12-04", "最后一天 2026-12-04"},
		{"midnight of another zone", time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC), shanghai, "2026-12-05 08:00 UTC+8", "2026-12-05 08:00 UTC+8"},
		{"a moment", time.Date(2026, 12, 5, 13, 30, 0, 0, shanghai), shanghai, "2026-12-05 13:30 UTC+8", "2026-12-05 13:30 UTC+8"},
		{"a day without a midnight", time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC), santiago, "last day 2026-09-05", "最后一天 2026-09-05"},
		{"the first day of a year", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), nil, "last day 2026-12-31", "最后一天 2026-12-31"},
		{"nobody knows", time.Time{}, shanghai, "", ""},
	} {
		if en, zh := words.TermEnd(c.end, c.zone, words.EN), words.TermEnd(c.end, c.zone, words.ZH); en != c.en || zh != c.zh {
			t.Errorf("%s: %q %q, want %q %q", c.name, en, zh, c.en, c.zh)
		}
	}
}

func TestSameZone(t *testing.T) {
	london, at := zone(t, "Europe/London"), time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		at   time.Time
		a, b *time.Location
		want bool
	}{
		{"the same", at, london, london, true},
		{"another name with the same time", at, london, time.UTC, true},
		{"in summer it is another time", at.AddDate(0, 7, 0), london, time.UTC, false},
		{"one is not known", at, nil, time.UTC, false},
	} {
		if got := words.SameZone(c.at, c.a, c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
