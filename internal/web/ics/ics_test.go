package ics_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/internal/web/ics"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	m.Run()
}

func stamp() time.Time { return time.Date(2026, 11, 23, 3, 12, 4, 0, time.UTC) }

// file is a calendar with one of each kind of entry.
func file() *ics.Calendar {
	return &ics.Calendar{
		Name: "Brimwatch: acme, mqtt", Producer: "Brimwatch 1.2.3", About: "The next 90 days", Refresh: time.Hour, Stamp: stamp(),
		Events: []ics.Event{
			{
				UID: "1@brimwatch", At: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), AllDay: true, Category: "expires",
				Summary: "Orders; EU, prod: expires", Description: "Instance mqtt-cn-0pp1abc\nback\\slash", URL: "https://brim.example/instances/mqtt-cn-0pp1abc",
			},
			{UID: "2@brimwatch", At: time.Date(2027, 1, 8, 10, 30, 0, 0, time.FixedZone("", 8*3600)), Tentative: true, Summary: strings.Repeat("铂金版实例将被释放", 12)},
			{UID: "3@brimwatch", At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), Summary: "too far away"},
		},
	}
}

func TestGolden(t *testing.T) {
	golden.Equal(t, "feed.ics", ics.Encode(file()))
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	events, err := read(ics.Encode(file()))
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]string{
		{
			"UID": "1@brimwatch", "DTSTAMP": "20261123T031204Z", "DTSTART;VALUE=DATE": "20270101", "DTEND;VALUE=DATE": "20270102",
			"SUMMARY": "Orders; EU, prod: expires", "DESCRIPTION": "Instance mqtt-cn-0pp1abc\nback\\slash",
			"URL": "https://brim.example/instances/mqtt-cn-0pp1abc", "CATEGORIES": "expires", "STATUS": "CONFIRMED", "TRANSP": "TRANSPARENT",
		},
		{
			"UID": "2@brimwatch", "DTSTAMP": "20261123T031204Z", "DTSTART": "20270108T023000Z",
			"SUMMARY": strings.Repeat("铂金版实例将被释放", 12), "STATUS": "TENTATIVE", "TRANSP": "TRANSPARENT",
		},
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// FuzzEncode writes any texts and reads them back strictly.
func FuzzEncode(f *testing.F) {
	f.Add("Orders", "line\r\nline\nend", "https://brim.example/a")
	f.Add("a,b;c\\d:e\"f", "END:VEVENT\r\nBEGIN:VALARM", "javascript:alert(1)\r\nX:1")
	f.Add("\xff\xfe bytes", "\x00\x07\x7f\u0085\u2028", "ü")
	f.Add(strings.Repeat("🔥", 60), strings.Repeat("é", 200), strings.Repeat("x", 300))
	f.Add(strings.Repeat("a", 67)+"é", "\t tab", "")
	f.Fuzz(func(t *testing.T, name, description, url string) {
		c := file()
		c.Name, c.Producer, c.About = name, name, description
		c.Events[0].UID, c.Events[0].Summary, c.Events[0].Description, c.Events[0].URL, c.Events[0].Category = name+"1", name, description, url, name
		events, err := read(ics.Encode(c))
		if err != nil {
			t.Fatal(err)
		}
		if len(events) != 2 {
			t.Fatalf("%d events, want 2", len(events))
		}
		if got := events[0]["SUMMARY"]; got != plain(name) {
			t.Errorf("summary %q, want %q", got, plain(name))
		}
		if got := events[0]["DESCRIPTION"]; got != plain(description) {
			t.Errorf("description %q, want %q", got, plain(description))
		}
	})
}

// plain is what of a text can be written into the format.
func plain(s string) string {
	s = string([]rune(s)) // bytes that are no character become U+FFFD
	s = regexp.MustCompile("\r\n|\r|\u2028|\u2029").ReplaceAllString(s, "\n")
	s = strings.ReplaceAll(s, "\t", " ")
	return regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f\x{80}-\x{9f}]`).ReplaceAllString(s, "")
}

// read is a strict reader of the part of RFC 5545 that is written here: it refuses
// whatever the document forbids, and returns the properties of each event.
func read(data []byte) ([]map[string]string, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	if !bytes.HasSuffix(data, []byte("\r\n")) {
		return nil, errors.New("the last line has no end")
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(data), "\r\n"), "\r\n") {
		switch {
		case len(line) > 75:
			return nil, fmt.Errorf("%q has %d octets", line, len(line))
		case strings.ContainsAny(line, "\r\n"):
			return nil, fmt.Errorf("%q holds half an end of line", line)
		case !utf8.ValidString(line):
			return nil, fmt.Errorf("%q cuts a character", line)
		case strings.HasPrefix(line, " "):
			if len(lines) == 0 {
				return nil, errors.New("the first line goes on a line before it")
			}
			lines[len(lines)-1] += line[1:]
		default:
			lines = append(lines, line)
		}
	}
	return parse(lines)
}

// parse reads unfolded lines.
func parse(lines []string) ([]map[string]string, error) {
	if len(lines) < 4 || lines[0] != "BEGIN:VCALENDAR" || lines[1] != "VERSION:2.0" || !strings.HasPrefix(lines[2], "PRODID:") || lines[len(lines)-1] != "END:VCALENDAR" {
		return nil, fmt.Errorf("not the frame of a calendar: %q", lines)
	}
	property := regexp.MustCompile(`^([A-Z-]+(?:;[A-Z]+=[A-Z]+)?):([^\x00-\x1f\x7f]*)$`)
	var events []map[string]string
	var current map[string]string
	seen := map[string]bool{}
	for _, line := range lines[1 : len(lines)-1] {
		m := property.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("%q is no property", line)
		}
		name, value := m[1], m[2]
		switch {
		case line == "BEGIN:VEVENT" && current == nil:
			current = map[string]string{}
			continue
		case line == "END:VEVENT" && current != nil:
			if err := complete(current, seen); err != nil {
				return nil, err
			}
			events, current = append(events, current), nil
			continue
		case name == "BEGIN" || name == "END":
			return nil, fmt.Errorf("%q stands where it may not", line)
		}
		if name != "URL" && !strings.HasPrefix(name, "DT") {
			var err error
			if value, err = unescape(value); err != nil {
				return nil, fmt.Errorf("%q: %w", line, err)
			}
		}
		if current == nil {
			continue
		}
		if _, twice := current[name]; twice {
			return nil, fmt.Errorf("%s stands twice in an event", name)
		}
		current[name] = value
	}
	if current != nil {
		return nil, errors.New("an event does not end")
	}
	return events, nil
}

// complete tells what an event lacks, and what it shares with another.
func complete(e map[string]string, seen map[string]bool) error {
	if e["UID"] == "" || seen[e["UID"]] {
		return fmt.Errorf("UID %q is empty, or stands twice", e["UID"])
	}
	seen[e["UID"]] = true
	if _, err := time.Parse("20060102T150405Z", e["DTSTAMP"]); err != nil {
		return err
	}
	_, moment := e["DTSTART"]
	shape, value := "20060102T150405Z", e["DTSTART"]
	if !moment {
		shape, value = "20060102", e["DTSTART;VALUE=DATE"]
		if e["DTEND;VALUE=DATE"] <= value {
			return fmt.Errorf("a day ends on %q, at or before its beginning", e["DTEND;VALUE=DATE"])
		}
	}
	_, err := time.Parse(shape, value)
	return err
}

// unescape reads a TEXT. A bare comma separates values, so there must be none.
func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ';' || c == ',':
			return "", fmt.Errorf("a bare %c", c)
		case c != '\\':
			b.WriteByte(c)
		case i+1 == len(s):
			return "", errors.New("a backslash at the end")
		default:
			i++
			switch s[i] {
			case 'n', 'N':
				b.WriteByte('\n')
			case '\\', ';', ',':
				b.WriteByte(s[i])
			default:
				return "", fmt.Errorf("\\%c is no escape", s[i])
			}
		}
	}
	return b.String(), nil
}
