package advice_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/advice"
)

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// peaks makes one peak for each of the n days before noon, the oldest first.
func peaks(n int, of func(i int) float64) []advice.DayPeak {
	today := noon().Truncate(24 * time.Hour)
	out := make([]advice.DayPeak, n)
	for i := range out {
		out[i] = advice.DayPeak{Day: today.AddDate(0, 0, i-n), Peak: of(i)}
	}
	return out
}

func line(from, perDay float64) func(int) float64 {
	return func(i int) float64 { return from + perDay*float64(i) }
}

func TestForecast(t *testing.T) {
	weekend := func(perDay float64) func(int) float64 {
		return func(i int) float64 {
			v := 500 + perDay*float64(i)
			if i%7 >= 5 {
				v *= 0.4
			}
			return v
		}
	}
	noise := rand.New(rand.NewPCG(1, 2))
	for _, tt := range []struct {
		name                string
		days                []advice.DayPeak
		capacity, threshold float64
		reason              string // "" is a trend
		in                  float64
	}{
		{"six days are not enough", peaks(6, line(500, 10)), 1000, 0.7, "not enough history: 6 of 7 full days", 0},
		{"nothing at all", nil, 1000, 0.7, "not enough history: 0 of 7 full days", 0},
		{"seven days", peaks(7, line(500, 10)), 1000, 0.7, "", 12.5},
		{"a month", peaks(30, line(300, 10)), 1000, 0.7, "", 9.5},
		{"flat", peaks(30, line(500, 0)), 1000, 0.7, "no trend", 0},
		{"all zero", peaks(30, line(0, 0)), 1000, 0.7, "no trend", 0},
		{"negligible, close to the threshold", peaks(30, line(699, 0.1)), 1000, 0.7, "no trend", 0},
		{"noise", peaks(30, func(int) float64 { return 500 + noise.NormFloat64()*40 }), 1000, 0.7, "no trend", 0},
		{"it falls", peaks(30, line(900, -10)), 1000, 0.7, "no trend: it falls", 0},
		{"a year is too far", peaks(30, line(300, 0.5)), 1000, 0.7, "no trend soon: it grows, and does not reach its threshold within a year", 0},
		{"no capacity", peaks(30, line(300, 10)), 0, 0.7, "it grows, and its capacity is not known", 0},
		{"quiet weekends hide no growth", peaks(30, weekend(5)), 1000, 0.7, "", math.NaN()},
		{"quiet weekends are no growth", peaks(30, weekend(0)), 1000, 0.7, "no trend", 0},
		{"it is there already", peaks(30, line(600, 10)), 1000, 0.7, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := advice.Forecast(tt.days, tt.capacity, tt.threshold, noon())
			if got.Reason != tt.reason || got.Trend != (tt.reason == "") {
				t.Fatalf("trend %v, reason %q, want %q: %+v", got.Trend, got.Reason, tt.reason, got)
			}
			if tt.reason != "" {
				if got.Threshold != (advice.Range{}) || got.Capacity != (advice.Range{}) {
					t.Errorf("dates without a trend: %+v", got)
				}
				return
			}
			if days := got.Threshold.Likely.Sub(noon()).Hours() / 24; !math.IsNaN(tt.in) && math.Abs(days-tt.in) > 1 {
				t.Errorf("threshold in %.2f days, want %.2f", days, tt.in)
			}
		})
	}
}

func TestForecastTakesOnlyFullDaysOfTheMonth(t *testing.T) {
	days := peaks(30, line(300, 10))
	want := advice.Forecast(days, 1000, 0.7, noon())
	today := advice.DayPeak{Day: noon().Truncate(24 * time.Hour), Peak: 9000}
	old := advice.DayPeak{Day: noon().AddDate(0, 0, -60), Peak: 9000}
	odd := advice.DayPeak{Day: noon().AddDate(0, 0, -3), Peak: math.NaN()}
	again := advice.DayPeak{Day: days[3].Day, Peak: 1}
	if got := advice.Forecast(append(days, today, old, odd, again), 1000, 0.7, noon()); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// growing draws a month with growth that is worth a date, some noise, and gaps.
func growing(t *rapid.T) (days []advice.DayPeak, capacity float64) {
	capacity = rapid.Float64Range(10, 1e9).Draw(t, "capacity")
	from, perDay := rapid.Float64Range(0.1, 0.4).Draw(t, "from"), rapid.Float64Range(0.005, 0.03).Draw(t, "per day")
	gaps := rapid.SliceOfN(rapid.Bool(), 30, 30).Draw(t, "gaps")
	for i, d := range peaks(30, line(from*capacity, perDay*capacity)) {
		if !gaps[i] || i%3 == 0 {
			days = append(days, d)
		}
	}
	return days, capacity
}

func TestForecastProperties(t *testing.T) {
	t.Run("growth has a date, the earliest first", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			days, capacity := growing(t)
			got := advice.Forecast(days, capacity, 0.7, noon())
			if !got.Trend || got.PerDay <= 0 {
				t.Fatalf("no trend: %+v", got)
			}
			for _, r := range []advice.Range{got.Threshold, got.Capacity} {
				if r.Likely.Before(noon()) || r.Earliest.After(r.Likely) || !r.Latest.IsZero() && r.Likely.After(r.Latest) {
					t.Errorf("range %+v", r)
				}
			}
			if got.Capacity.Likely.Before(got.Threshold.Likely) {
				t.Errorf("the capacity is reached before the threshold: %+v", got)
			}
		})
	})
	t.Run("full is the likely moment of the outlook", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			days := peaks(rapid.IntRange(0, 30).Draw(t, "days"), line(rapid.Float64Range(0, 1000).Draw(t, "from"), rapid.Float64Range(-10, 60).Draw(t, "per day")))
			capacity := rapid.SampledFrom([]float64{0, -1, 10, 1000, 1e6}).Draw(t, "capacity")
			now := noon().Add(time.Duration(rapid.IntRange(-24, 24).Draw(t, "hours")) * time.Hour)
			trend := advice.FitTrend(days, noon())
			want := trend.Outlook(capacity, 0.7, now).Capacity.Likely
			if got, ok := trend.Full(capacity, now); !got.Equal(want) || ok == want.IsZero() {
				t.Errorf("full at %s (%v), and the outlook says %s", got, ok, want)
			}
		})
	})
	t.Run("units do not matter", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			days, capacity := growing(t)
			by := rapid.Float64Range(1e-3, 1e3).Draw(t, "by")
			scaled := make([]advice.DayPeak, len(days))
			for i, d := range days {
				scaled[i] = advice.DayPeak{Day: d.Day, Peak: d.Peak * by}
			}
			a, b := advice.Forecast(days, capacity, 0.7, noon()), advice.Forecast(scaled, capacity*by, 0.7, noon())
			if d := a.Threshold.Likely.Sub(b.Threshold.Likely).Abs(); d > time.Minute || a.Trend != b.Trend {
				t.Errorf("apart by %s: %+v and %+v", d, a, b)
			}
		})
	})
	t.Run("order does not matter", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			days, capacity := growing(t)
			if a, b := advice.Forecast(days, capacity, 0.7, noon()), advice.Forecast(rapid.Permutation(days).Draw(t, "order"), capacity, 0.7, noon()); a != b {
				t.Errorf("%+v and %+v", a, b)
			}
		})
	})
	t.Run("one odd day moves it little", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			days := peaks(30, line(300, rapid.Float64Range(3, 9).Draw(t, "per day")))
			before := advice.Forecast(days, 1000, 0.7, noon())
			days[rapid.IntRange(0, 29).Draw(t, "which")].Peak = rapid.Float64Range(0, 1e6).Draw(t, "odd")
			after := advice.Forecast(days, 1000, 0.7, noon())
			if d := before.Threshold.Likely.Sub(after.Threshold.Likely).Abs(); d > 24*time.Hour || !after.Trend {
				t.Errorf("moved by %s: %+v and %+v", d, before, after)
			}
		})
	})
	t.Run("whatever comes, nothing breaks", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(0, 40).Draw(t, "n")
			days := make([]advice.DayPeak, n)
			for i := range days {
				days[i] = advice.DayPeak{Day: noon().AddDate(0, 0, rapid.IntRange(-40, 3).Draw(t, "day")), Peak: rapid.Float64().Draw(t, "peak")}
			}
			got := advice.Forecast(days, rapid.Float64().Draw(t, "capacity"), rapid.Float64().Draw(t, "threshold"), noon())
			if got.Trend == (got.Reason != "") || strings.Contains(got.Reason, "NaN") {
				t.Errorf("%+v", got)
			}
			for _, r := range []advice.Range{got.Threshold, got.Capacity} {
				for _, at := range []time.Time{r.Earliest, r.Likely, r.Latest} {
					if !at.IsZero() && (at.Before(noon()) || at.After(noon().Add(366*24*time.Hour))) {
						t.Errorf("date %s of %+v", at, got)
					}
				}
			}
		})
	})
}

// A specification that was doubled in the middle is no growth: it is the usage
// that is held against what there is now.
func TestForecastAfterAnUpgrade(t *testing.T) {
	days := peaks(30, line(500, 0))
	for _, capacity := range []float64{1000, 2000} {
		if got := advice.Forecast(days, capacity, 0.7, noon()); got.Trend || got.Reason != "no trend" {
			t.Errorf("of %v: %+v", capacity, got)
		}
	}
}
