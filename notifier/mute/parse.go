package mute

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseTimes reads the beginning and the end of a time of day: 09:00, and up to
// 24:00.
func ParseTimes(start, end string) (Range, error) {
	if start == "" || end == "" {
		return Range{}, errors.New("a time has a start_time and an end_time")
	}
	from, err := parseMinute(start)
	if err != nil {
		return Range{}, err
	}
	to, err := parseMinute(end)
	if err != nil {
		return Range{}, err
	}
	if from >= to {
		return Range{}, errors.New("a time ends after it begins; one over midnight is written as two, until 24:00 and from 00:00")
	}
	return Range{from, to}, nil
}

func parseMinute(text string) (int, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	at, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, fmt.Errorf(`a time of day is wanted, such as "09:00", up to "24:00", not %q`, text)
	}
	return at.Hour()*60 + at.Minute(), nil
}

// ParseWeekdays reads saturday or monday:friday.
func ParseWeekdays(text string) (Range, error) {
	return parseRange(text, func(word string) (int, error) {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(word, d.String()) {
				return int(d), nil
			}
		}
		return 0, fmt.Errorf("a day of the week is sunday to saturday, not %q", word)
	}, "the week begins with sunday; write saturday and sunday as two")
}

// ParseMonths reads december, 12 or january:march.
func ParseMonths(text string) (Range, error) {
	return parseRange(text, func(word string) (int, error) {
		for m := time.January; m <= time.December; m++ {
			if strings.EqualFold(word, m.String()) || word == strconv.Itoa(int(m)) {
				return int(m), nil
			}
		}
		return 0, fmt.Errorf("a month is january to december or 1 to 12, not %q", word)
	}, "a range ends after it begins; write one over the end of the year as two")
}

// ParseYears reads 2026 or 2026:2028.
func ParseYears(text string) (Range, error) {
	return parseRange(text, func(word string) (int, error) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > 9999 {
			return 0, fmt.Errorf("a year is wanted, such as 2026, not %q", word)
		}
		return n, nil
	}, "a range ends after it begins")
}

// ParseDaysOfMonth reads 1, 1:5 or -3:-1, which is the last three days.
func ParseDaysOfMonth(text string) (Range, error) {
	r, err := parseRange(text, func(word string) (int, error) {
		n, err := strconv.Atoi(word)
		if err != nil || n == 0 || n < -31 || n > 31 {
			return 0, fmt.Errorf("a day of the month is 1 to 31, or -1 to -31 from its end, not %q", word)
		}
		return n, nil
	}, "")
	const shortest = 28
	switch {
	case err != nil:
		return Range{}, err
	case r.From < 0 && r.To > 0:
		return Range{}, errors.New("a range that begins from the end of the month ends from its end, too: -3:-1")
	case r.To < 0 && fromStart(r.From, shortest) > fromStart(r.To, shortest), r.To > 0 && r.From > r.To:
		return Range{}, errors.New("a range ends after it begins, in the shortest month too")
	}
	return r, nil
}

// parseRange reads one word or two with a colon between them. disorder says what to
// do about a range whose end comes before its beginning; "" allows it.
func parseRange(text string, word func(string) (int, error), disorder string) (Range, error) {
	first, second, two := strings.Cut(text, ":")
	from, err := word(first)
	if err != nil {
		return Range{}, err
	}
	if !two {
		return Range{from, from}, nil
	}
	to, err := word(second)
	if err != nil {
		return Range{}, err
	}
	if disorder != "" && from > to {
		return Range{}, fmt.Errorf("%s", disorder)
	}
	return Range{from, to}, nil
}
