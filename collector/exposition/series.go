package exposition

import (
	"bytes"
	"strconv"
)

// series takes in a series whose name is wanted and has the first n bytes of
// the line; n is 0 when it stands in the label set.
func (p *page) series(w *wanted, line []byte, n int) {
	hold := w.absent
	rest := trimLeft(line[n:])
	if len(rest) > 0 && rest[0] == '{' {
		s := labelSet{rest: rest[1:], named: n > 0}
		w.match(&s, &hold)
		if rest = s.rest; s.broken {
			p.spoil(w, ^uint64(0))
			return
		}
	}
	v, ok := value(rest)
	if !ok {
		p.spoil(w, hold)
		return
	}
	p.note(true)
	for i := range w.picks {
		k := &w.picks[i]
		c := &p.cells[k.cell]
		c.named = true
		if k.need&^hold == 0 {
			c.add(v, k.max)
		}
	}
}

// spoil notes a line of a wanted series that cannot be read. Leaving it out of
// a sum would make a figure that is too low and looks right.
func (p *page) spoil(w *wanted, hold uint64) {
	p.note(false)
	for i := range w.picks {
		if k := &w.picks[i]; k.need&^hold == 0 {
			p.cells[k.cell].bad = true
		}
	}
}

// braced takes in a series whose name stands, quoted, among its labels:
// {"a.name",label="value"} 1 (text format 1.0.0).
func (p *page) braced(line []byte) {
	name := quotedName(line[1:])
	for i := range p.plan.names {
		if w := &p.plan.names[i]; name != nil && same(name, w.name) {
			p.series(w, line, 0)
			return
		}
	}
	if !p.proved {
		p.note(wellFormed(line))
	}
}

// quotedName finds the name in a label set, of which b is what follows the
// brace; nil when there is none.
func quotedName(b []byte) (name []byte) {
	s := labelSet{rest: b}
	for s.next() {
		if s.name == nil {
			name = s.value
		}
	}
	return name
}

// match reads a label set to its end and sets in hold which conditions are
// fulfilled.
func (w *wanted) match(s *labelSet, hold *uint64) {
	for s.next() {
		for i := range w.matchers {
			m := &w.matchers[i]
			if s.name == nil || !same(s.name, m.Name) {
				continue
			}
			if same(s.value, m.Value) != m.Not {
				*hold |= 1 << i
			} else {
				*hold &^= 1 << i
			}
		}
	}
}

// labelSet reads a label set, label by label. A comma after the last label is
// allowed, and so is a missing one between two, as in Prometheus.
type labelSet struct {
	rest   []byte // what is still to be read; in the end, what follows the set
	name   []byte // of the label read last, still escaped; nil: value is the name of the series
	value  []byte // still escaped
	named  bool   // the name of the series is known; a second one is a fault
	broken bool
}

// next reads one label; false at the end of the set or when it cannot be read.
func (s *labelSet) next() bool {
	b := trimLeft(s.rest)
	if len(b) == 0 {
		return s.fail()
	}
	if b[0] == '}' {
		s.rest = b[1:]
		return false
	}
	var n int
	if b[0] == '"' {
		if n = quoted(b); n < 0 {
			return s.fail()
		}
		s.name, b = b[1:n-1], trimLeft(b[n:])
		if len(b) > 0 && (b[0] == ',' || b[0] == '}') {
			if s.named {
				return s.fail()
			}
			s.name, s.value, s.named = nil, s.name, true
			s.comma(b)
			return true
		}
	} else {
		if n = word(b); n == 0 {
			return s.fail()
		}
		s.name, b = b[:n], trimLeft(b[n:])
	}
	if len(b) == 0 || b[0] != '=' {
		return s.fail()
	}
	b = trimLeft(b[1:])
	if n = quoted(b); n < 0 {
		return s.fail()
	}
	s.value = b[1 : n-1]
	s.comma(trimLeft(b[n:]))
	return true
}

func (s *labelSet) comma(b []byte) {
	if len(b) > 0 && b[0] == ',' {
		b = b[1:]
	}
	s.rest = b
}

func (s *labelSet) fail() bool {
	s.broken = true
	return false
}

// quoted returns the length of the quoted string that b begins with, quotes
// included; -1 when there is none or it does not end.
func quoted(b []byte) int {
	if len(b) == 0 || b[0] != '"' {
		return -1
	}
	end := bytes.IndexByte(b[1:], '"') + 1
	if end == 0 {
		return -1
	}
	esc := bytes.IndexByte(b[1:end], '\\') + 1
	if esc == 0 {
		return end + 1
	}
	for i := esc; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++ // what follows is taken as it is
		case '"':
			return i + 1
		}
	}
	return -1
}

// word returns the length of the label name that b begins with.
func word(b []byte) int {
	for i, c := range b {
		letter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(b)
}

// same tells whether an escaped text stands for want. Only \\, \" and \n are
// escapes; before anything else a backslash is one.
func same(escaped []byte, want string) bool {
	if bytes.IndexByte(escaped, '\\') < 0 {
		return string(escaped) == want
	}
	at := 0
	for i := 0; i < len(escaped); i++ {
		c := escaped[i]
		if c == '\\' && i+1 < len(escaped) {
			switch escaped[i+1] {
			case '\\', '"':
				i++
				c = escaped[i]
			case 'n':
				i++
				c = '\n'
			}
		}
		if at == len(want) || want[at] != c {
			return false
		}
		at++
	}
	return at == len(want)
}

// value reads the value that b begins with, and sees to it that nothing follows
// but a timestamp and, after a #, an exemplar.
func value(b []byte) (float64, bool) {
	b = trimLeft(bytes.TrimSuffix(b, []byte{'\r'}))
	token, rest := cutToken(b)
	v, ok := number(token)
	if !ok {
		return 0, false
	}
	if rest = trimLeft(rest); len(rest) > 0 && rest[0] != '#' {
		token, rest = cutToken(rest)
		if _, ok := number(token); !ok {
			return 0, false
		}
		rest = trimLeft(rest)
	}
	return v, len(rest) == 0 || rest[0] == '#'
}

func cutToken(b []byte) (token, rest []byte) {
	for i, c := range b {
		if c == ' ' || c == '\t' {
			return b[:i], b[i:]
		}
	}
	return b, nil
}

// number reads a number as the text format writes it: as Go does, but without
// hexadecimal floats and underscores.
func number(b []byte) (float64, bool) {
	if len(b) == 0 || len(b) > 512 || bytes.ContainsAny(b, "pP_") {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(b), 64)
	return v, err == nil
}

// wellFormed tells whether a line is a sample.
func wellFormed(line []byte) bool {
	n := 0
	for n < len(line) && (line[n] == ':' || word(line[n:n+1]) == 1 || n > 0 && line[n] >= '0' && line[n] <= '9') {
		n++
	}
	rest := line[n:]
	if len(rest) == 0 || !delimits(rest[0]) {
		return false
	}
	s := labelSet{rest: trimLeft(rest), named: n > 0}
	if len(s.rest) > 0 && s.rest[0] == '{' {
		s.rest = s.rest[1:]
		for s.next() {
			continue
		}
	}
	_, ok := value(s.rest)
	return ok && s.named && !s.broken
}
