package fleet

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Period is how long a term is bought or renewed for: months, or days. The zero
// Period is not known.
type Period struct {
	Months, Days int
}

// longestPeriod is how long a term may be, in months and in days.
const (
	longestMonths = 120
	longestDays   = 3660
)

// ParsePeriod reads a period as people and billing APIs write it: 1M, 3M, 1Y, 1y,
// 2w, 30d. Months have a capital M, because 1m is a minute everywhere else.
func ParsePeriod(text string) (Period, error) {
	if text == "" {
		return Period{}, errors.New("a period is wanted here, such as 1M, 3M or 1y; it is empty")
	}
	refused := fmt.Errorf("%s is not a period such as 1M, 3M, 1y or 30d", strconv.Quote(text[:min(len(text), 40)]))
	n, err := strconv.Atoi(text[:len(text)-1])
	if err != nil || text[0] == '+' {
		return Period{}, refused
	}
	p := Period{}
	switch text[len(text)-1] {
	case 'M':
		p.Months = n
	case 'Y', 'y':
		p.Months = min(n, longestMonths+1) * 12
	case 'W', 'w':
		p.Days = min(n, longestDays+1) * 7
	case 'D', 'd':
		p.Days = n
	case 'm':
		return Period{}, fmt.Errorf("%s would be minutes; months have a capital M, such as 1M", strconv.Quote(text[:min(len(text), 40)]))
	default:
		return Period{}, refused
	}
	if n <= 0 || p.Months > longestMonths || p.Days > longestDays {
		return Period{}, fmt.Errorf("%s is not a period between a day and ten years", strconv.Quote(text[:min(len(text), 40)]))
	}
	return p, nil
}

// Known tells whether the period is known.
func (p Period) Known() bool { return p.Months > 0 || p.Days > 0 }

// String writes the period as ParsePeriod reads it; "" when it is not known.
func (p Period) String() string {
	switch {
	case p.Months > 0 && p.Months%12 == 0:
		return strconv.Itoa(p.Months/12) + "y"
	case p.Months > 0:
		return strconv.Itoa(p.Months) + "M"
	case p.Days > 0:
		return strconv.Itoa(p.Days) + "d"
	}
	return ""
}

// After returns the end of a term that goes on for the period after end, in calendar
// days of zone. Where the month has no such day, it ends on the last one.
func (p Period) After(end time.Time, zone *time.Location) time.Time {
	at := wallClock(end, zone)
	next := at.AddDate(0, p.Months, p.Days)
	if p.Months > 0 && next.Day() != at.Day() { // it ran over into the month after
		next = next.AddDate(0, 0, -next.Day())
	}
	return OnClock(next, zone)
}

// NoLongerThan tells whether a period that is known is as long as other or shorter.
// A month counts as 30 days where days are held against months.
func (p Period) NoLongerThan(other Period) bool {
	const month = 30
	if !p.Known() || !other.Known() {
		return false
	}
	return p.Months*month+p.Days <= other.Months*month+other.Days
}

// Times tells how many times of fits into the period, and false when it does not fit
// without a rest.
func (p Period) Times(of Period) (int, bool) {
	switch {
	case p.Months > 0 && of.Months > 0 && p.Months%of.Months == 0:
		return p.Months / of.Months, true
	case p.Days > 0 && of.Days > 0 && p.Days%of.Days == 0:
		return p.Days / of.Days, true
	}
	return 0, false
}
