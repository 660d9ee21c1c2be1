package rota

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.Parse("2006-01-02 15:04 -0700", text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// weekly is a rota in Berlin, where summer time begins on 28 March 2027 and ends on 31 October.
func weekly(t testing.TB) *Rota {
	return &Rota{
		Name: "primary", Days: 7, Minute: 9 * 60, Zone: zone(t, "Europe/Berlin"),
		People: []string{"wei", "li", "tom"}, First: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC),
	}
}

func TestAt(t *testing.T) {
	daily := func(r *Rota) { r.Days = 1 }
	tests := []struct {
		name   string
		change func(*Rota)
		at     string
		want   string
	}{
		{name: "the first takes over on the first date", at: "2026-11-30 09:00 +0100", want: "wei"},
		{name: "a minute before, it is the turn of before", at: "2026-11-30 08:59 +0100", want: "tom"},
		{name: "until the next hand-over", at: "2026-12-07 08:59 +0100", want: "wei"},
		{name: "then the next", at: "2026-12-07 09:00 +0100", want: "li"},
		{name: "after the last comes the first", at: "2026-12-21 09:00 +0100", want: "wei"},
		{name: "years before the first date", at: "2020-01-06 09:00 +0100", want: "wei"},
		{name: "thousands of years ahead", at: "9998-12-28 12:00 +0100", want: "li"},
		{name: "in summer at nine o'clock of summer time", at: "2027-03-29 09:00 +0200", want: "tom"},
		{name: "not at nine o'clock of winter time", at: "2027-03-29 08:59 +0200", want: "li"},
		{name: "after summer time at nine o'clock again", at: "2027-11-01 09:00 +0100", want: "wei"},
		{name: "and not an hour before", at: "2027-11-01 08:59 +0100", want: "tom"},
		{name: "daily", change: daily, at: "2026-12-01 09:00 +0100", want: "li"},
		{name: "daily, before the hand-over of a day of 23 hours", change: daily, at: "2027-03-28 08:59 +0200", want: "wei"},
		{name: "daily, after it", change: daily, at: "2027-03-28 09:00 +0200", want: "li"},
		{name: "every three days", change: func(r *Rota) { r.Days = 3 }, at: "2026-12-03 09:00 +0100", want: "li"},
		{name: "nobody is in it", change: func(r *Rota) { r.People = nil }, at: "2026-12-03 09:00 +0100"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := weekly(t)
			if tt.change != nil {
				tt.change(r)
			}
			if got, ok := r.At(at(t, tt.at)); got != tt.want || ok != (tt.want != "") {
				t.Errorf("%s: %q is on call (%v), want %q", tt.at, got, ok, tt.want)
			}
		})
	}
}

func written(shifts []Shift, zone *time.Location) []string {
	var out []string
	for _, s := range shifts {
		line := s.From.In(zone).Format("2006-01-02 15:04") + " " + s.To.In(zone).Format("2006-01-02 15:04") + " " + s.Person
		if s.Overridden {
			line += " overridden"
		}
		out = append(out, line)
	}
	return out
}

func TestShifts(t *testing.T) {
	date := func(day int) time.Time { return time.Date(2026, 12, day, 0, 0, 0, 0, zone(t, "Europe/Berlin")) }
	tests := []struct {
		name      string
		overrides []Override
		want      []string
	}{
		{name: "by turn", want: []string{
			"2026-11-30 09:00 2026-12-07 09:00 wei", "2026-12-07 09:00 2026-12-14 09:00 li", "2026-12-14 09:00 2026-12-21 09:00 tom",
		}},
		{name: "an override cuts a turn in two", overrides: []Override{{date(9), date(10), "tom"}}, want: []string{
			"2026-11-30 09:00 2026-12-07 09:00 wei", "2026-12-07 09:00 2026-12-09 00:00 li", "2026-12-09 00:00 2026-12-10 00:00 tom overridden",
			"2026-12-10 00:00 2026-12-14 09:00 li", "2026-12-14 09:00 2026-12-21 09:00 tom",
		}},
		{name: "an override over a hand-over is one shift", overrides: []Override{{date(6), date(9), "tom"}}, want: []string{
			"2026-11-30 09:00 2026-12-06 00:00 wei", "2026-12-06 00:00 2026-12-09 00:00 tom overridden", "2026-12-09 00:00 2026-12-14 09:00 li",
			"2026-12-14 09:00 2026-12-21 09:00 tom",
		}},
		{name: "the later of two wins", overrides: []Override{{date(8), date(12), "tom"}, {date(9), date(10), "wei"}}, want: []string{
			"2026-11-30 09:00 2026-12-07 09:00 wei", "2026-12-07 09:00 2026-12-08 00:00 li", "2026-12-08 00:00 2026-12-09 00:00 tom overridden",
			"2026-12-09 00:00 2026-12-10 00:00 wei overridden", "2026-12-10 00:00 2026-12-12 00:00 tom overridden",
			"2026-12-12 00:00 2026-12-14 09:00 li", "2026-12-14 09:00 2026-12-21 09:00 tom",
		}},
		{name: "an override with nobody is a gap", overrides: []Override{{date(9), date(10), ""}}, want: []string{
			"2026-11-30 09:00 2026-12-07 09:00 wei", "2026-12-07 09:00 2026-12-09 00:00 li", "2026-12-09 00:00 2026-12-10 00:00  overridden",
			"2026-12-10 00:00 2026-12-14 09:00 li", "2026-12-14 09:00 2026-12-21 09:00 tom",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := weekly(t)
			r.Overrides = tt.overrides
			got := written(r.Shifts(date(2), date(16)), r.Zone)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("shifts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGaps(t *testing.T) {
	r := weekly(t)
	from := time.Date(2026, 12, 24, 0, 0, 0, 0, r.Zone)
	r.Overrides = []Override{{From: from, To: from.AddDate(0, 0, 3)}, {From: from, To: from.AddDate(0, 0, 1), Person: "li"}}
	want := []string{"2026-12-25 00:00 2026-12-27 00:00  overridden"}
	if diff := cmp.Diff(want, written(r.Gaps(from.AddDate(0, 0, -30), from.AddDate(0, 0, 60)), r.Zone)); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if got := r.Gaps(from.AddDate(0, 1, 0), from.AddDate(0, 2, 0)); got != nil {
		t.Errorf("gaps where there are none: %v", got)
	}
}

func TestWords(t *testing.T) {
	tests := []struct {
		days               int
		rotation, handOver string
	}{{1, "daily", "09:00"}, {3, "every 3 days", "09:00"}, {7, "weekly", "Mon 09:00"}, {14, "every 2 weeks", "Mon 09:00"}}
	for _, tt := range tests {
		r := weekly(t)
		r.Days = tt.days
		if r.Rotation() != tt.rotation || r.HandOver() != tt.handOver {
			t.Errorf("%d days: %s, %s; want %s, %s", tt.days, r.Rotation(), r.HandOver(), tt.rotation, tt.handOver)
		}
	}
}

func TestEverybody(t *testing.T) {
	r := weekly(t)
	r.People = []string{"wei", "li", "wei"}
	r.Overrides = []Override{{Person: "tom"}, {}, {Person: "li"}}
	if diff := cmp.Diff([]string{"wei", "li", "tom"}, r.Everybody()); diff != "" {
		t.Errorf("everybody (-want +got):\n%s", diff)
	}
}

func TestFixedMonday(t *testing.T) {
	if d := FixedMonday(); d.Weekday() != time.Monday || d.IsZero() {
		t.Errorf("%s is no Monday", d)
	}
}

// drawn is any rota in a zone with or without summer time.
func drawn(t *rapid.T) *Rota {
	names := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Shanghai"}
	z, err := time.LoadLocation(rapid.SampledFrom(names).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	r := &Rota{
		Name: "r", Days: rapid.IntRange(1, 21).Draw(t, "days"), Minute: rapid.IntRange(0, 24*60-1).Draw(t, "minute"), Zone: z,
		People: rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 1, 5).Draw(t, "people"),
		First:  FixedMonday().AddDate(0, 0, rapid.IntRange(0, 25000).Draw(t, "first")),
	}
	for range rapid.IntRange(0, 4).Draw(t, "overrides") {
		from := moment(t, "from")
		o := Override{From: from, To: from.Add(time.Duration(rapid.IntRange(1, 40*24*60).Draw(t, "long")) * time.Minute)}
		o.Person = rapid.SampledFrom([]string{"a", "b", "e", ""}).Draw(t, "instead")
		r.Overrides = append(r.Overrides, o)
	}
	return r
}

// moment is one in the years around a skipped day of Apia (30 December 2011) and around today.
func moment(t *rapid.T, label string) time.Time {
	begin := rapid.SampledFrom([]time.Time{
		time.Date(2011, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC),
	}).Draw(t, label+" year")
	return begin.Add(time.Duration(rapid.IntRange(0, 90*24*60).Draw(t, label)) * time.Minute)
}

// TestShiftsAreContiguous holds the shifts of any rota against the question who is on
// call at a moment: there is one answer at each, and nobody only where an override says so.
func TestShiftsAreContiguous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawn(t)
		from := moment(t, "asked from")
		to := from.AddDate(0, 0, rapid.IntRange(1, 60).Draw(t, "asked days"))
		shifts := r.Shifts(from, to)
		if shifts[0].From.After(from) || shifts[len(shifts)-1].To.Before(to) {
			t.Fatalf("shifts from %s to %s do not cover %s to %s", shifts[0].From, shifts[len(shifts)-1].To, from, to)
		}
		for i, s := range shifts {
			if !s.From.Before(s.To) || i > 0 && !shifts[i-1].To.Equal(s.From) {
				t.Fatalf("shift %d is from %s to %s, and the one before ends at %s", i, s.From, s.To, shifts[max(i-1, 0)].To)
			}
			if s.Gap() && !s.Overridden {
				t.Fatalf("nobody is on call from %s, and no override says so", s.From)
			}
			for _, m := range []time.Time{s.From, s.From.Add(s.To.Sub(s.From) / 2), s.To.Add(-time.Nanosecond)} {
				if got := r.ShiftAt(m); got != s {
					t.Fatalf("at %s the shift is %v, in the list it is %v", m, got, s)
				}
			}
		}
	})
}

// TestHandOversAreAtTheirHour makes sure that turns begin at the same hour of the
// zone, whatever its clocks do in between.
func TestHandOversAreAtTheirHour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawn(t)
		r.Overrides = nil
		s := r.ShiftAt(moment(t, "moment"))
		local := s.From.In(r.Zone)
		y, m, d := local.Date()
		if want := time.Date(y, m, d, 0, r.Minute, 0, 0, r.Zone); !want.Equal(s.From) {
			// An hour that the clocks skip is the hour after or before.
			begin, _ := want.ZoneBounds()
			if gap := s.From.Sub(begin).Abs(); gap > 24*time.Hour {
				t.Fatalf("a turn begins at %s, and people hand over at minute %d", local, r.Minute)
			}
		}
	})
}
