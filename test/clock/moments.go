package main

import (
	"fmt"
	"time"
)

// layout is how a moment is written; it is in UTC.
const layout = "2006-01-02T15:04"

// moment is when the tests are to believe that they run.
type moment struct {
	at  time.Time
	why string
}

// String writes the moment as -moment takes it.
func (m moment) String() string { return m.at.Format(layout) }

// moments are those at which time has gone wrong for others: neighbours in the
// table are run together, so that each pair has an evening in it or a change.
func moments() []moment {
	at := func(year int, month time.Month, day, hour, minute int, why string) moment {
		return moment{at: time.Date(year, month, day, hour, minute, 0, 0, time.UTC), why: why}
	}
	return []moment{
		at(2026, time.November, 30, 12, 0, "the middle of a day"),
		at(2026, time.November, 30, 23, 40, "the last hour of a month"),
		at(2026, time.December, 31, 23, 50, "the last minutes of a year"),
		at(2027, time.January, 1, 0, 5, "the first minutes of a year"),
		at(2027, time.February, 28, 21, 0, "the last evening of a short month"),
		at(2028, time.February, 29, 23, 0, "29 February"),
		at(2027, time.March, 14, 9, 30, "the morning of the change to summer time in the United States"),
		at(2027, time.March, 28, 0, 30, "half an hour before the change to summer time in Europe"),
	}
}

// inTurn takes n moments of the table by the day, so that four days in a row
// bring all of eight by two.
func inTurn(table []moment, n int, now time.Time) []moment {
	day := int(now.Unix() / (24 * 60 * 60))
	chosen := make([]moment, 0, n)
	for i := range n {
		chosen = append(chosen, table[(day*n+i)%len(table)])
	}
	return chosen
}

// parseMoment reads what -moment got.
func parseMoment(text string) (moment, error) {
	at, err := time.Parse(layout, text)
	if err != nil {
		return moment{}, fmt.Errorf("-moment is %q: write it as in %s", text, layout)
	}
	for _, m := range moments() {
		if m.at.Equal(at) {
			return m, nil
		}
	}
	return moment{at: at, why: "a moment of your own"}, nil
}
