package advice_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/advice"
)

const allHours = 1<<24 - 1

func TestRecord(t *testing.T) {
	today := advice.DayNumber(noon())
	var r advice.Record
	if u := r.Usage(noon()); u.Known || u.Days != 0 {
		t.Errorf("an empty record: %+v", u)
	}
	r.Keep(today-31, []float64{9e9}, allHours)
	r.Keep(today-30, []float64{900}, allHours)
	r.Keep(today-8, []float64{800}, allHours)
	r.Keep(today-7, []float64{700}, allHours)
	r.Keep(today-2, []float64{600}, 1<<20-1)
	r.Keep(today-1, []float64{650}, 1<<19-1) // too few hours to be full
	r.Touch(today, 750, 1)
	r.Touch(today, 740, 2)
	u := r.Usage(noon())
	if !u.Known || u.Days != 4 || u.Month.Peak != 900 || u.Week.Peak != 750 {
		t.Errorf("usage %+v", u)
	}
	var days []int
	for _, p := range r.Peaks(noon()) {
		days = append(days, int(advice.DayNumber(p.Day)-today))
	}
	if !slices.Equal(days, []int{-30, -8, -7, -2}) {
		t.Errorf("days %v", days)
	}
	r.Keep(today, []float64{100}, allHours)
	if u := r.Usage(noon()); u.Week.Peak != 700 {
		t.Errorf("a day that is read anew: %+v", u)
	}
	tomorrow := noon().AddDate(0, 0, 1)
	r.Forget(today + 1)
	if u := r.Usage(tomorrow); u.Days != 4 || u.Month.Peak != 800 {
		t.Errorf("a day later: %+v", u)
	}
}

// The 99th percentile is that of all readings, however they fall on days.
func TestPercentileOfManyDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r advice.Record
		var all []float64
		today := advice.DayNumber(noon())
		days := rapid.IntRange(1, 30).Draw(t, "days")
		seed := rapid.Float64Range(0.5, 50).Draw(t, "seed")
		for d := range days {
			level := rapid.Float64Range(1, 1000).Draw(t, "level")
			values := make([]float64, 1440)
			for i := range values {
				values[i] = level * (1 + 0.5*math.Sin(float64(i)/229+seed) + 0.05*math.Sin(float64(i)*seed))
			}
			all = append(all, values...)
			r.Keep(today-int32(d)-1, values, allHours)
		}
		got := r.Usage(noon()).Month
		slices.Sort(all)
		// Between the figures that 1.5 % and 0.6 % of all readings lay above.
		low, high := all[int(0.985*float64(len(all)))], all[int(0.994*float64(len(all)))]
		if got.P99 < low*0.999 || got.P99 > high*1.001 {
			t.Errorf("99th percentile %v, want one of %v to %v", got.P99, low, high)
		}
		if math.Abs(got.Peak-all[len(all)-1]) > 1e-6*got.Peak {
			t.Errorf("peak %v, want %v", got.Peak, all[len(all)-1])
		}
	})
}

func TestAnIncidentIsNoPercentile(t *testing.T) {
	var r advice.Record
	today := advice.DayNumber(noon())
	for d := range int32(30) {
		values := make([]float64, 5760)
		for i := range values {
			values[i] = 100
		}
		if d == 20 {
			for i := range 720 { // three hours
				values[i] = 5000
			}
		}
		r.Keep(today-d-1, values, allHours)
	}
	u := r.Usage(noon())
	if u.Month.Peak != 5000 || u.Month.P99 > 101 || u.Week.P99 > 101 || u.Week.Peak != 100 {
		t.Errorf("usage %+v", u)
	}
}

func TestDayNumber(t *testing.T) {
	for _, tt := range []struct {
		at   time.Time
		want int32
	}{
		{time.Unix(0, 0), 0}, {time.Unix(86399, 999), 0}, {time.Unix(86400, 0), 1}, {time.Unix(-1, 0), -1},
	} {
		if got := advice.DayNumber(tt.at); got != tt.want {
			t.Errorf("%s is day %d, want %d", tt.at, got, tt.want)
		}
		if start := advice.DayStart(tt.want); start.After(tt.at) || tt.at.Sub(start) >= 24*time.Hour {
			t.Errorf("day %d begins at %s", tt.want, start)
		}
	}
}

// A day of readings in any order is remembered by the same figures.
func TestKeepInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 300).Draw(t, "values")
		sorted := slices.Sorted(slices.Values(values))
		var a, b advice.Record
		today := advice.DayNumber(noon())
		a.Keep(today-1, slices.Clone(values), allHours)
		b.Keep(today-1, sorted, allHours)
		if a.Usage(noon()) != b.Usage(noon()) || a.Usage(noon()).Month.Peak != float64(float32(slices.Max(values))) {
			t.Errorf("%+v and %+v", a.Usage(noon()), b.Usage(noon()))
		}
	})
}
