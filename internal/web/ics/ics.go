// Package ics writes iCalendar files (RFC 5545) that calendar programs subscribe
// to: lists of moments and days, without repetition, alarms or time zones. A
// moment is in UTC, a day has no time.
package ics

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Calendar is one file.
type Calendar struct {
	Name     string // what calendar programs call it
	Producer string // who wrote it, with a version
	Language string // of its texts, in capitals: EN, ZH; empty is EN
	About    string // what is in it; empty is nothing to say
	// Refresh is how often a program should ask again.
	Refresh time.Duration
	// Stamp is when the file was written.
	Stamp  time.Time
	Events []Event
}

// Event is one entry of a calendar.
type Event struct {
	// UID stays the same as long as the entry is about the same thing, so that
	// programs move it instead of showing it twice. It is unique in the file.
	UID string
	// At is the moment, at a whole second; with AllDay the day of it in UTC.
	At          time.Time
	AllDay      bool
	Summary     string
	Description string // may have several lines
	URL         string // an absolute address; empty is none
	Category    string
	Tentative   bool // it is not certain to happen
}

// The shapes of days and moments, both in UTC.
const (
	shapeDay    = "20060102"
	shapeMoment = "20060102T150405Z"
)

// Encode returns the file. Events outside the years 1 to 9999 are left out.
func Encode(c *Calendar) []byte {
	var w writer
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//"+text(c.Producer)+"//"+cmp.Or(c.Language, "EN"))
	w.line("CALSCALE", "GREGORIAN")
	// The name and the pause by RFC 7986, and as older programs know them.
	w.line("NAME", text(c.Name))
	w.line("X-WR-CALNAME", text(c.Name))
	if c.About != "" {
		w.line("DESCRIPTION", text(c.About))
		w.line("X-WR-CALDESC", text(c.About))
	}
	pause := "PT" + strconv.Itoa(max(1, int(c.Refresh/time.Minute))) + "M"
	w.line("REFRESH-INTERVAL;VALUE=DURATION", pause)
	w.line("X-PUBLISHED-TTL", pause)
	for i := range c.Events {
		// The format has no way to write other years, nor the day after the last.
		if year := c.Events[i].At.UTC().AddDate(0, 0, 1).Year(); year >= 1 && year <= 9999 {
			w.event(&c.Events[i], c.Stamp)
		}
	}
	w.line("END", "VCALENDAR")
	return w.out.Bytes()
}

// event writes one entry. It takes nobody's time: it is free in a person's day.
func (w *writer) event(e *Event, stamp time.Time) {
	w.line("BEGIN", "VEVENT")
	w.line("UID", text(e.UID))
	w.line("DTSTAMP", stamp.UTC().Format(shapeMoment))
	if e.AllDay {
		w.line("DTSTART;VALUE=DATE", e.At.UTC().Format(shapeDay))
		w.line("DTEND;VALUE=DATE", e.At.UTC().AddDate(0, 0, 1).Format(shapeDay))
	} else {
		w.line("DTSTART", e.At.UTC().Format(shapeMoment))
	}
	w.line("SUMMARY", text(e.Summary))
	if e.Description != "" {
		w.line("DESCRIPTION", text(e.Description))
	}
	if e.URL != "" {
		w.line("URL", bare(e.URL))
	}
	if e.Category != "" {
		w.line("CATEGORIES", text(e.Category))
	}
	status := "CONFIRMED"
	if e.Tentative {
		status = "TENTATIVE"
	}
	w.line("STATUS", status)
	w.line("TRANSP", "TRANSPARENT")
	w.line("END", "VEVENT")
}

// writer writes content lines.
type writer struct {
	out bytes.Buffer
}

// widest is how many octets a line may have without its end.
const widest = 75

// line writes a content line, folded so that no character is cut. Its value is
// valid UTF-8 without control characters.
func (w *writer) line(name, value string) {
	rest := name + ":" + value
	room := widest
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		w.out.WriteString(rest[:cut])
		w.out.WriteString("\r\n ")
		rest = rest[cut:]
		room = widest - 1 // the blank counts
	}
	w.out.WriteString(rest)
	w.out.WriteString("\r\n")
}

// text escapes a value of type TEXT (RFC 5545, 3.3.11). Line breaks of any kind
// become \n; other control characters cannot be written and are left out.
func text(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	before := rune(0)
	for _, c := range s { // bytes that are no character come as U+FFFD
		switch {
		case c == '\n' && before == '\r': // it was written with the \r
		case c == '\n', c == '\r', c == '\u2028', c == '\u2029':
			b.WriteString(`\n`)
		case c == '\\', c == ';', c == ',':
			b.WriteByte('\\')
			b.WriteByte(byte(c))
		case c == '\t':
			b.WriteByte(' ')
		case unicode.IsControl(c):
		default:
			b.WriteRune(c)
		}
		before = c
	}
	return b.String()
}

// bare returns an address as a value of type URI, which is not escaped: what no
// address may hold is left out.
func bare(s string) string {
	return strings.Map(func(c rune) rune {
		if c <= ' ' || c >= 0x7f {
			return -1
		}
		return c
	}, s)
}
