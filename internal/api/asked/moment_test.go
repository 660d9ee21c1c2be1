package asked

import (
	"testing"
	"time"
)

// now is the moment at which all tests happen.
func now() time.Time { return time.Date(2026, 11, 23, 3, 12, 4, 500e6, time.UTC) }

func TestMoment(t *testing.T) {
	at := now().Truncate(time.Second)
	for text, want := range map[string]time.Time{
		"now":                          at,
		"-1h":                          at.Add(-time.Hour),
		"now-7d12h":                    at.Add(-180 * time.Hour),
		"+2w":                          at.Add(14 * 24 * time.Hour),
		"-90":                          at.Add(-90 * time.Second),
		"0":                            time.Unix(0, 0).UTC(),
		"1795400000":                   time.Unix(1795400000, 0).UTC(),
		"1795400000.9":                 time.Unix(1795400000, 0).UTC(),
		"2026-11-23T08:00:00+08:00":    time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		"2026-11-23T08:00:00 08:00":    time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), // a + that became a blank
		"2026-11-23T00:00:00.999Z":     time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		"9999-12-31T23:59:59.9999999Z": time.Unix(maxUnix, 0).UTC(),
	} {
		if got, err := Moment(text, now()); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "-", "+", "now-", "nowhere", "yesterday", "2026-11-23", "2026-11-23T08:00:00", "-1x", "1795400000000", "-1795400000000", "NaN", "Inf", "1e300",
	} {
		if got, err := Moment(text, now()); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "5m": 5 * time.Minute, "2h": 2 * time.Hour, "7d": 168 * time.Hour, "1w": 168 * time.Hour,
		"1h30m": 90 * time.Minute, "60": time.Minute, "0.5": 500 * time.Millisecond, "0s": 0, "36500d": maxSpan,
	} {
		if got, err := Span(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "s", "-5m", "5 m", "1y", "h1", "36501d", "99999999999999999999s", "9223372036854775807w", "NaN", "1e99", "5mm"} {
		if got, err := Span(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestStep(t *testing.T) {
	for span, want := range map[time.Duration]time.Duration{
		time.Minute:         15 * time.Second,
		time.Hour:           15 * time.Second,
		6 * time.Hour:       time.Minute,
		24 * time.Hour:      5 * time.Minute,
		7 * 24 * time.Hour:  30 * time.Minute,
		30 * 24 * time.Hour: 2 * time.Hour,
		maxSpan:             92 * 24 * time.Hour,
	} {
		got := Step(span, 400)
		if got != want || span/got > 400 {
			t.Errorf("%v has steps of %v, want %v", span, got, want)
		}
	}
}

// FuzzMoments holds that no text makes a moment or duration out of bounds.
func FuzzMoments(f *testing.F) {
	for _, seed := range []string{"-1h", "now+2w", "1795400000", "2026-11-23T08:00:00+08:00", "-106751d23h", "1w1d1h1m1s", "0x1p40", "-0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := Span(text); err == nil && (d < 0 || d > maxSpan) {
			t.Errorf("Span(%q) is %v", text, d)
		}
		at, err := Moment(text, now())
		if err != nil {
			return
		}
		if at.Nanosecond() != 0 || at.Location() != time.UTC || at.Year() < 0 || at.Year() > 10_000 {
			t.Errorf("Moment(%q) is %v", text, at)
		}
	})
}
