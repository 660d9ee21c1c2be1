package inventory

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// moment is a point in time as an operation writes it. Every product has a way of
// its own: milliseconds as a number or as text, ISO 8601 in UTC with or without
// seconds, or date and time without a zone.
type moment struct{ written string }

// UnmarshalJSON takes whatever stands there; read decides whether it is a time.
func (m *moment) UnmarshalJSON(b []byte) error {
	m.written = asText(b)
	return nil
}

// errMoment says that what was written is not a time.
var errMoment = errors.New("cannot be read as a time")

// read returns the point in time, and zero when there is none. What cannot be read
// is an error and never a time. Years from 2090 on are how the cloud writes "no
// end": that is none told.
func (m moment) read(zone *time.Location) (time.Time, error) {
	const first, never = 2009, 2090 // the cloud opened in 2009
	if m.written == "" || m.written == "0" {
		return time.Time{}, nil
	}
	at, err := m.parse(zone)
	if err != nil || at.Year() < first {
		return time.Time{}, errMoment
	}
	if at.Year() >= never {
		return time.Time{}, nil
	}
	return at.UTC(), nil
}

func (m moment) parse(zone *time.Location) (time.Time, error) {
	const milliseconds = 13 // digits, from 2001 to 2286
	s := m.written
	if strings.Trim(s, "0123456789") == "" {
		ms, err := strconv.ParseInt(s, 10, 64)
		if err != nil || len(s) != milliseconds {
			return time.Time{}, errMoment
		}
		return time.UnixMilli(ms), nil
	}
	if len(s) == len(time.DateTime) {
		if at, err := time.ParseInLocation(time.DateTime, s, zone); err == nil {
			return at, nil
		}
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	return time.Parse("2006-01-02T15:04Z", s)
}

// text is a word that may also be written as a number or a truth value.
type text string

// UnmarshalJSON takes whatever stands there.
func (t *text) UnmarshalJSON(b []byte) error {
	*t = text(asText(b))
	return nil
}

// yes tells whether the word stands for true.
func (t text) yes() bool { return strings.EqualFold(string(t), "true") }

// figure is a number that may also be written as text.
type figure struct {
	value int64
	known bool
}

// UnmarshalJSON takes a whole number; anything else is none told.
func (f *figure) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(asText(b), 10, 64)
	*f = figure{value: n, known: err == nil}
	return nil
}

// asText returns a JSON value as text: a string without its quotes, and "" for
// null.
func asText(b []byte) string {
	s := strings.TrimSpace(string(b))
	if s == "null" {
		return ""
	}
	if strings.HasPrefix(s, `"`) {
		var inner string
		if json.Unmarshal(b, &inner) == nil {
			return strings.TrimSpace(inner)
		}
	}
	return s
}
