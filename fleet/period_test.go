package fleet

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParsePeriod(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Period
		said string // of the fault; "" is none
	}{
		{"1M", Period{Months: 1}, ""}, {"3M", Period{Months: 3}, ""}, {"1y", Period{Months: 12}, ""}, {"2Y", Period{Months: 24}, ""},
		{"30d", Period{Days: 30}, ""}, {"2w", Period{Days: 14}, ""}, {"120M", Period{Months: 120}, ""},
		{"", Period{}, "empty"}, {"M", Period{}, "is not a period"}, {"1", Period{}, "is not a period"}, {"1.5M", Period{}, "is not a period"},
		{"+1M", Period{}, "is not a period"}, {"1m", Period{}, "capital M"}, {"0M", Period{}, "between a day and ten years"},
		{"-1M", Period{}, "between a day"}, {"121M", Period{}, "between a day"}, {"11y", Period{}, "between a day"},
		{"999999999999y", Period{}, "between a day"}, {"99999999999999999999y", Period{}, "is not a period"}, {"4000d", Period{}, "between a day"}, {"eine Woche", Period{}, "is not a period"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := ParsePeriod(tt.text)
			if got != tt.want || (err == nil) != (tt.said == "") || err != nil && !strings.Contains(err.Error(), tt.said) {
				t.Errorf("%+v, %v; want %+v, %q", got, err, tt.want, tt.said)
			}
			if err == nil {
				if back, err := ParsePeriod(got.String()); back != got || err != nil {
					t.Errorf("written as %q, it is read as %+v, %v", got.String(), back, err)
				}
			}
		})
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, text := range []string{"1M", "1y", "0M", "1m", "漢", "9999999999999999999M"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePeriod(text)
		if (err == nil) != p.Known() || p.Months < 0 || p.Days < 0 || p.Months > 120 || p.Days > 3660 {
			t.Fatalf("%+v, %v", p, err)
		}
	})
}

func TestPeriodAfter(t *testing.T) {
	shanghai := zoneOf(t, "Asia/Shanghai")
	on := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, shanghai) }
	for _, tt := range []struct {
		name      string
		period    Period
		end, want time.Time
	}{
		{"a month", Period{Months: 1}, on(2026, 12, 4), on(2027, 1, 4)},
		{"from the last of January", Period{Months: 1}, on(2027, 1, 31), on(2027, 2, 28)},
		{"into a leap year", Period{Months: 12}, on(2027, 2, 28), on(2028, 2, 28)},
		{"out of a leap day", Period{Months: 12}, on(2028, 2, 29), on(2029, 2, 28)},
		{"a quarter", Period{Months: 3}, on(2026, 11, 30), on(2027, 2, 28)},
		{"days", Period{Days: 30}, on(2026, 12, 4), on(2027, 1, 3)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.period.After(tt.end, shanghai); !got.Equal(tt.want) {
				t.Errorf("%v, want %v", got.In(shanghai), tt.want)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		p := Period{Months: rapid.IntRange(0, 120).Draw(t, "months")}
		if p.Months == 0 {
			p.Days = rapid.IntRange(1, 3660).Draw(t, "days")
		}
		end := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "end"), 0)
		if got := p.After(end, shanghai); !got.After(end) {
			t.Fatalf("%v after %v is %v", p, end, got)
		}
	})
}

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestPeriodsCompared(t *testing.T) {
	month, quarter, year, days := Period{Months: 1}, Period{Months: 3}, Period{Months: 12}, Period{Days: 90}
	for _, tt := range []struct {
		name  string
		a, b  Period
		want  bool
		times int // b fits into a; 0 is not
	}{
		{"shorter", month, quarter, true, 0}, {"as long", quarter, quarter, true, 1}, {"longer", year, quarter, false, 4},
		{"days against months", days, quarter, true, 0}, {"not known", Period{}, quarter, false, 0}, {"against none", month, Period{}, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.a.NoLongerThan(tt.b); got != tt.want {
				t.Errorf("no longer: %v", got)
			}
			if n, fits := tt.a.Times(tt.b); n != tt.times || fits != (tt.times > 0) {
				t.Errorf("fits %d times, %v", n, fits)
			}
		})
	}
}

func TestPriceOf(t *testing.T) {
	month, year := Period{Months: 1}, Period{Months: 12}
	for _, tt := range []struct {
		name   string
		price  Price
		period Period
		want   Amount
		known  bool
	}{
		{"not known", Price{}, month, 0, false},
		{"of a renewal, however long", Price{Amount: 5}, year, 5, true},
		{"of a renewal of which no length is known", Price{Amount: 5}, Period{}, 5, true},
		{"of the same length", Price{Amount: 5, For: month}, month, 5, true},
		{"of a month, for a year", Price{Amount: 5, For: month}, year, 60, true},
		{"of a year, for a month", Price{Amount: 5, For: year}, month, 0, false},
		{"of a month, for nobody knows how long", Price{Amount: 5, For: month}, Period{}, 0, false},
		{"too much for an amount", Price{Amount: 1 << 62, For: month}, year, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, known := tt.price.Of(tt.period); got != tt.want || known != tt.known {
				t.Errorf("%d, %v", got, known)
			}
		})
	}
	for currency, want := range map[string]bool{"CNY": true, "": true, "USD": false} {
		if got := (Price{Amount: 1, Currency: "CNY"}).In(currency); got != want {
			t.Errorf("in %q: %v", currency, got)
		}
	}
}
