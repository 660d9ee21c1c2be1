package mute

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	times := func(text string) (Range, error) {
		start, end, _ := strings.Cut(text, "-")
		return ParseTimes(start, end)
	}
	tests := []struct {
		name  string
		read  func(string) (Range, error)
		text  string
		want  Range
		fault string // a part of it; "" is none
	}{
		{name: "a time", read: times, text: "09:00-17:30", want: Range{540, 1050}},
		{name: "until midnight", read: times, text: "00:00-24:00", want: Range{0, 1440}},
		{name: "a time without an end", read: times, text: "09:00-", fault: "start_time and an end_time"},
		{name: "a time over midnight", read: times, text: "22:00-08:00", fault: "over midnight is written as two"},
		{name: "a time without length", read: times, text: "22:00-22:00", fault: "ends after it begins"},
		{name: "an hour that there is not", read: times, text: "22:00-25:00", fault: `not "25:00"`},
		{name: "a time without its zero", read: times, text: "9:00-10:00", fault: `not "9:00"`},
		{name: "a weekday", read: ParseWeekdays, text: "saturday", want: Range{6, 6}},
		{name: "weekdays in any letters", read: ParseWeekdays, text: "Monday:Friday", want: Range{1, 5}},
		{name: "weekdays backwards", read: ParseWeekdays, text: "saturday:sunday", fault: "the week begins with sunday"},
		{name: "no weekday", read: ParseWeekdays, text: "mon", fault: `not "mon"`},
		{name: "three weekdays", read: ParseWeekdays, text: "monday:tuesday:friday", fault: `not "tuesday:friday"`},
		{name: "a day", read: ParseDaysOfMonth, text: "13", want: Range{13, 13}},
		{name: "days from the end", read: ParseDaysOfMonth, text: "-3:-1", want: Range{-3, -1}},
		{name: "from a day to the end", read: ParseDaysOfMonth, text: "28:-1", want: Range{28, -1}},
		{name: "from a day that February lacks to the end", read: ParseDaysOfMonth, text: "29:-1", fault: "in the shortest month too"},
		{name: "days backwards", read: ParseDaysOfMonth, text: "5:1", fault: "ends after it begins"},
		{name: "days from the end backwards", read: ParseDaysOfMonth, text: "-1:-3", fault: "ends after it begins"},
		{name: "days from the end to a day", read: ParseDaysOfMonth, text: "-3:5", fault: "ends from its end, too"},
		{name: "day 0", read: ParseDaysOfMonth, text: "0", fault: `not "0"`},
		{name: "day 32", read: ParseDaysOfMonth, text: "1:32", fault: `not "32"`},
		{name: "a month", read: ParseMonths, text: "december", want: Range{12, 12}},
		{name: "months by number", read: ParseMonths, text: "1:3", want: Range{1, 3}},
		{name: "months by both", read: ParseMonths, text: "May:8", want: Range{5, 8}},
		{name: "months backwards", read: ParseMonths, text: "november:january", fault: "write one over the end of the year as two"},
		{name: "month 13", read: ParseMonths, text: "13", fault: `not "13"`},
		{name: "a year", read: ParseYears, text: "2026", want: Range{2026, 2026}},
		{name: "years", read: ParseYears, text: "2026:2028", want: Range{2026, 2028}},
		{name: "years backwards", read: ParseYears, text: "2028:2026", fault: "ends after it begins"},
		{name: "no year", read: ParseYears, text: "next", fault: `not "next"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.read(tt.text)
			if tt.fault == "" {
				if err != nil || got != tt.want {
					t.Errorf("%s is %v (%v), want %v", tt.text, got, err, tt.want)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("%s: %v (%v), want a fault with %q", tt.text, got, err, tt.fault)
			}
		})
	}
}

// FuzzParse makes sure that what is read is in order.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"monday:friday", "-3:-1", "1:-1", "december", "2026:2028", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(string) (Range, error){ParseWeekdays, ParseMonths, ParseYears} {
			if r, err := read(text); err == nil && r.From > r.To {
				t.Errorf("%q was read as %v", text, r)
			}
		}
		if r, err := ParseDaysOfMonth(text); err == nil && (fromStart(r.From, 31) > fromStart(r.To, 31) || r.From == 0 || r.To == 0) {
			t.Errorf("%q was read as %v", text, r)
		}
	})
}
