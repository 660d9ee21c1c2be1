package mute

import (
	"testing"
	"time"

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

// TestContains goes through what Alertmanager's documentation says of each part of an
// interval, and through its own examples.
func TestContains(t *testing.T) {
	tests := []struct {
		name     string
		interval Interval
		in, out  []string
	}{
		{
			name: "nothing is given: always", interval: Interval{},
			in: []string{"2026-12-24 03:00 +0000"},
		},
		{
			name: "times include the start and exclude the end: 09:00 to 17:00", interval: Interval{Times: []Range{{9 * 60, 17 * 60}}},
			in:  []string{"2026-12-24 09:00 +0000", "2026-12-24 16:59 +0000"},
			out: []string{"2026-12-24 08:59 +0000", "2026-12-24 17:00 +0000"},
		},
		{
			name: "17:00 to 24:00", interval: Interval{Times: []Range{{17 * 60, 24 * 60}}},
			in:  []string{"2026-12-24 17:00 +0000", "2026-12-24 23:59 +0000"},
			out: []string{"2026-12-25 00:00 +0000"},
		},
		{
			name: "monday:wednesday and saturday", interval: Interval{Weekdays: []Range{{1, 3}, {6, 6}}},
			in:  []string{"2026-11-30 00:00 +0000", "2026-12-02 23:59 +0000", "2026-12-05 12:00 +0000"},
			out: []string{"2026-11-29 23:59 +0000", "2026-12-03 00:00 +0000", "2026-12-06 00:00 +0000"},
		},
		{
			name: "1:5 and -3:-1 of the month", interval: Interval{DaysOfMonth: []Range{{1, 5}, {-3, -1}}},
			in:  []string{"2026-12-01 00:00 +0000", "2026-12-05 23:59 +0000", "2026-12-29 00:00 +0000", "2026-12-31 23:59 +0000", "2026-02-26 12:00 +0000", "2028-02-29 12:00 +0000"},
			out: []string{"2026-12-06 00:00 +0000", "2026-12-28 23:59 +0000", "2026-02-25 23:59 +0000", "2028-02-26 23:59 +0000"},
		},
		{
			name: "1:31 is clamped in February", interval: Interval{DaysOfMonth: []Range{{1, 31}}, Months: []Range{{2, 2}}},
			in: []string{"2026-02-01 00:00 +0000", "2026-02-28 23:59 +0000", "2028-02-29 23:59 +0000"}, out: []string{"2026-03-01 00:00 +0000"},
		},
		{
			name: "30:31 does not begin in February", interval: Interval{DaysOfMonth: []Range{{30, 31}}},
			in: []string{"2026-01-30 00:00 +0000"}, out: []string{"2026-02-28 12:00 +0000"},
		},
		{
			name: "the last day of a month with a day of 23 hours", interval: Interval{DaysOfMonth: []Range{{-1, -1}}, Zone: zone(t, "Europe/Berlin")},
			in: []string{"2027-03-31 12:00 +0200"}, out: []string{"2027-03-30 12:00 +0200"},
		},
		{
			name: "1:3, may:august, december", interval: Interval{Months: []Range{{1, 3}, {5, 8}, {12, 12}}},
			in: []string{"2026-03-31 23:59 +0000", "2026-05-01 00:00 +0000", "2026-12-01 00:00 +0000"}, out: []string{"2026-04-01 00:00 +0000", "2026-09-01 00:00 +0000"},
		},
		{
			name: "2020:2022 and 2030", interval: Interval{Years: []Range{{2020, 2022}, {2030, 2030}}},
			in: []string{"2022-12-31 23:59 +0000", "2030-01-01 00:00 +0000"}, out: []string{"2023-01-01 00:00 +0000"},
		},
		{
			name:     "office hours in Australia",
			interval: Interval{Times: []Range{{9 * 60, 17 * 60}}, Weekdays: []Range{{1, 5}}, Zone: zone(t, "Australia/Sydney")},
			in:       []string{"2026-11-30 09:00 +1100"},
			out:      []string{"2026-11-30 09:00 +0000", "2026-11-29 09:00 +1100"},
		},
		{
			name:     "all that is given must fit",
			interval: Interval{Times: []Range{{0, 60}}, Weekdays: []Range{{1, 1}}, DaysOfMonth: []Range{{-1, -1}}, Months: []Range{{11, 11}}, Years: []Range{{2026, 2026}}},
			in:       []string{"2026-11-30 00:59 +0000"},
			out:      []string{"2026-11-30 01:00 +0000", "2026-11-23 00:30 +0000", "2026-08-31 00:30 +0000", "2020-11-30 00:30 +0000", "2026-11-29 00:30 +0000"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, m := range tt.in {
				if !tt.interval.Contains(at(t, m)) {
					t.Errorf("%s is not in it", m)
				}
			}
			for _, m := range tt.out {
				if tt.interval.Contains(at(t, m)) {
					t.Errorf("%s is in it", m)
				}
			}
		})
	}
}

func TestUntil(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	night := []Interval{{Times: []Range{{22 * 60, 24 * 60}}, Zone: berlin}, {Times: []Range{{0, 8 * 60}}, Zone: berlin}}
	tests := []struct {
		name      string
		intervals []Interval
		at, want  string
	}{
		{name: "outside", intervals: night, at: "2026-11-30 12:00 +0100"},
		{name: "over midnight", intervals: night, at: "2026-11-30 23:30 +0100", want: "2026-12-01 08:00 +0100"},
		{name: "over midnight into summer time", intervals: night, at: "2027-03-27 22:00 +0100", want: "2027-03-28 08:00 +0200"},
		{name: "over midnight out of summer time", intervals: night, at: "2027-10-30 22:00 +0200", want: "2027-10-31 08:00 +0100"},
		{
			name: "a weekend and the night before it", intervals: append([]Interval{{Weekdays: []Range{{6, 6}, {0, 0}}, Zone: berlin}}, night...),
			at: "2026-12-04 22:10 +0100", want: "2026-12-07 08:00 +0100",
		},
		{
			name: "an hour that comes twice: until the first time", intervals: []Interval{{Times: []Range{{60, 150}}, Zone: berlin}},
			at: "2027-10-31 01:30 +0200", want: "2027-10-31 02:30 +0200",
		},
		{
			name: "an hour that comes twice: again when it comes again", intervals: []Interval{{Times: []Range{{60, 150}}, Zone: berlin}},
			at: "2027-10-31 02:10 +0100", want: "2027-10-31 02:30 +0100",
		},
		{
			name: "an end that the clocks skip", intervals: []Interval{{Times: []Range{{60, 150}}, Zone: berlin}},
			at: "2027-03-28 01:30 +0100", want: "2027-03-28 03:00 +0200",
		},
		{name: "for ever is 370 days", intervals: []Interval{{Years: []Range{{2026, 2040}}}}, at: "2026-11-30 12:00 +0000", want: "2027-12-05 12:00 +0000"},
		{name: "until the end of a year", intervals: []Interval{{Years: []Range{{2026, 2026}}}}, at: "2026-01-01 00:00 +0000", want: "2027-01-01 00:00 +0000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, inside := Until(tt.intervals, at(t, tt.at))
			if inside != (tt.want != "") {
				t.Fatalf("inside is %v, until %s", inside, got)
			}
			if inside && !got.Equal(at(t, tt.want)) {
				t.Errorf("until %s, want %s", got.In(berlin), tt.want)
			}
		})
	}
}

func ranges(t *rapid.T, label string, low, high int) []Range {
	if rapid.Bool().Draw(t, "any "+label) {
		return nil
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Range {
		from := rapid.IntRange(low, high).Draw(t, label)
		return Range{from, rapid.IntRange(from, high).Draw(t, label+" to")}
	}), 1, 3).Draw(t, label+"s")
}

func drawn(t *rapid.T) Interval {
	z, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	return Interval{
		Times: ranges(t, "time", 0, 24*60), Weekdays: ranges(t, "weekday", 0, 6), DaysOfMonth: ranges(t, "day", 1, 31), Months: ranges(t, "month", 1, 12), Zone: z,
	}
}

// TestUntilIsTheFirstMomentOutside holds Until against asking minute by minute.
func TestUntilIsTheFirstMomentOutside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		intervals := rapid.SliceOfN(rapid.Custom(drawn), 1, 3).Draw(t, "intervals")
		contains := func(at time.Time) bool {
			for i := range intervals {
				if intervals[i].Contains(at) {
					return true
				}
			}
			return false
		}
		begin := rapid.SampledFrom([]time.Time{
			time.Date(2027, 3, 26, 0, 0, 0, 0, time.UTC), time.Date(2027, 10, 29, 0, 0, 0, 0, time.UTC), time.Date(2027, 4, 2, 0, 0, 0, 0, time.UTC),
		}).Draw(t, "begin")
		from := begin.Add(time.Duration(rapid.IntRange(0, 4*24*3600).Draw(t, "second")) * time.Second)
		end, inside := Until(intervals, from)
		if inside != contains(from) {
			t.Fatalf("at %s inside is %v, and the intervals say %v", from, inside, contains(from))
		}
		if inside && end.Sub(from) < Longest && contains(end) {
			t.Fatalf("%s is no end", end)
		}
		for m, n := from.Truncate(time.Minute).Add(time.Minute), 0; m.Before(end) && n < 4000; m, n = m.Add(time.Minute), n+1 {
			if !contains(m) {
				t.Fatalf("the intervals end at %s, before %s", m, end)
			}
		}
	})
}
