package asked

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	// maxSpan bounds a duration somebody gives.
	maxSpan = 100 * 365 * 24 * time.Hour
	// maxUnix is the last second of the year 9999.
	maxUnix = 253_402_300_799
)

// Moment reads a moment: RFC 3339, Unix seconds, now, or a duration before or
// after now such as -1h. The result is in UTC, at a whole second.
func Moment(text string, now time.Time) (time.Time, error) {
	now = now.UTC().Truncate(time.Second)
	rest, fromNow := strings.CutPrefix(text, "now")
	if fromNow && rest == "" {
		return now, nil
	}
	if sign := rest[:min(1, len(rest))]; sign == "-" || sign == "+" {
		d, err := Span(rest[1:])
		if err != nil {
			return time.Time{}, err
		}
		if sign == "-" {
			d = -d
		}
		return now.Add(d).Truncate(time.Second), nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds >= 0 && seconds <= maxUnix) {
			return time.Time{}, errors.New("as Unix seconds it lies outside the years 1970 to 9999; are they milliseconds?")
		}
		return time.Unix(int64(seconds), 0).UTC(), nil
	}
	// In a query a + that is not escaped is a blank.
	t, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1))
	if err != nil {
		return time.Time{}, errors.New("a moment is wanted here: RFC 3339 such as 2026-11-23T08:00:00Z, Unix seconds, or a duration before now such as -1h")
	}
	return t.UTC().Truncate(time.Second), nil
}

// Span reads a duration: 30s, 5m, 2h, 7d, 4w, several of them together, or a
// number of seconds.
func Span(text string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds >= 0 && seconds <= maxSpan.Seconds()) {
			return 0, fmt.Errorf("%s seconds are too many", text)
		}
		return time.Duration(math.Round(seconds * float64(time.Second))), nil
	}
	total := time.Duration(0)
	rest := text
	for rest != "" {
		digits := 0
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		unit := unitOf(rest[digits:min(digits+1, len(rest))])
		if err != nil || unit == 0 {
			return 0, errors.New("a duration is wanted here, such as 30s, 5m, 2h or 7d")
		}
		if n > int64((maxSpan-total)/unit) {
			return 0, fmt.Errorf("%s is more than 100 years", text)
		}
		total += time.Duration(n) * unit
		rest = rest[digits+1:]
	}
	if text == "" {
		return 0, errors.New("a duration is wanted here, such as 30s, 5m, 2h or 7d")
	}
	return total, nil
}

// unitOf returns how long a unit is, and 0 for none.
func unitOf(letter string) time.Duration {
	switch letter {
	case "s":
		return time.Second
	case "m":
		return time.Minute
	case "h":
		return time.Hour
	case "d":
		return 24 * time.Hour
	case "w":
		return 7 * 24 * time.Hour
	}
	return 0
}

// Step returns a step in round figures with which a range has at most so many points.
func Step(span time.Duration, points int) time.Duration {
	for _, step := range [...]time.Duration{
		15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
		30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	} {
		if int64(span/step) <= int64(points) {
			return step
		}
	}
	const day = 24 * time.Hour
	days := int64(span/(time.Duration(points)*day)) + 1
	return time.Duration(days) * day
}
