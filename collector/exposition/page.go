package exposition

import (
	"bytes"
	"io"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

const (
	// windowSize is how much of a page is held at a time.
	windowSize = 16 << 10
	// maxLine is how many bytes a line may have, without its end.
	maxLine = 1 << 20
	// maxIdle is how many reads without a byte and without an error are borne.
	maxIdle = 100
)

// page reads one page, piece by piece, and adds it up in cells.
//
// It always reads to the end. By the format, all series of a name stand
// together, so that one could stop behind the last wanted group; but pages that
// a sidecar joined of two exporters have a second group further down, and
// stopping would leave it out of the sum without a sign. It would save little,
// too: the rest has to be taken off the connection anyway to keep it, which
// costs more than looking at the beginnings of its lines.
type page struct {
	plan  *plan
	cells []cell
	limit int64 // bytes

	size      int64 // bytes so far
	samples   int   // lines that are neither blank nor comments
	malformed int   // of those that were looked at, the ones that cannot be read
	proved    bool  // one line was a sample
	first     byte  // the first byte that is not a blank
	ended     bool  // the last line was ended by a line break
}

// pageError says that a whole answer is not a page of metrics.
type pageError string

// Error returns the words for people.
func (e pageError) Error() string { return string(e) }

const (
	errEmpty   pageError = "the answer is empty: the server shows no metrics at this address"
	errBare    pageError = "the page holds no metrics, only comments or blank lines"
	errNotPage pageError = "the answer is not a page of metrics in the Prometheus text format: is the path of the url right?"
	errTorn    pageError = "the page ends within a line, and the server does not say how long it is: it was cut off"
)

// read reads r to its end, through window, which it may replace by a larger
// one. It returns the window and errors of reading; whether the page is one is
// for judge to say.
func (p *page) read(r io.Reader, window []byte) ([]byte, error) {
	have, idle := 0, 0 // bytes of an unfinished line at the start of window
	for {
		n, err := r.Read(window[have:])
		p.size += int64(n)
		if p.size > p.limit {
			return window, httpget.PlainError("the page is larger than " + httpget.Bytes(p.limit) + ", which is the most that is read: is this the right address? A page that shows every queue or topic is not meant for this")
		}
		have += n
		if end := bytes.LastIndexByte(window[have-n:have], '\n'); end >= 0 {
			end += have - n + 1
			p.lines(window[:end])
			have = copy(window, window[end:have])
		}
		switch {
		case err == io.EOF:
			p.ended = have == 0
			if have > maxLine {
				return window, errLongLine()
			}
			p.lines(window[:have])
			return window, nil
		case err != nil:
			return window, err
		case n == 0:
			if idle++; idle == maxIdle {
				return window, io.ErrNoProgress
			}
			continue
		case have > maxLine:
			return window, errLongLine()
		case have == len(window):
			window = append(make([]byte, 0, min(2*have, maxLine+1)), window...)
			window = window[:cap(window)]
		}
		idle = 0
	}
}

func errLongLine() error {
	return httpget.PlainError("a line of the page is longer than " + httpget.Bytes(maxLine) + ": is this a page of metrics?")
}

// lines takes in whole lines. The last may lack its line break.
func (p *page) lines(b []byte) {
	for len(b) > 0 {
		line := b
		if end := bytes.IndexByte(b, '\n'); end >= 0 {
			line, b = b[:end], b[end+1:]
		} else {
			b = nil
		}
		if len(line) == 0 || line[0] == '#' {
			if p.first == 0 && len(line) > 0 {
				p.first = '#'
			}
			continue
		}
		if line[0] <= ' ' {
			if line = trimLeft(line); len(line) == 0 || line[0] == '#' || line[0] == '\r' {
				continue
			}
		}
		p.line(line)
	}
}

// line takes in a line that is neither blank nor a comment.
func (p *page) line(line []byte) {
	p.samples++
	if p.first == 0 {
		p.first = line[0]
	}
	if line[0] == '{' {
		p.braced(line)
		return
	}
	for i := range p.plan.names {
		w := &p.plan.names[i]
		n := len(w.name)
		if len(line) >= n && (len(line) == n || delimits(line[n])) && string(line[:n]) == w.name {
			p.series(w, line, n)
			return
		}
	}
	// Nobody wants this line, and what nobody wants is not looked at further; but
	// one line has to prove that this is a page of metrics.
	if !p.proved {
		p.note(wellFormed(line))
	}
}

// note counts a line that was looked at.
func (p *page) note(ok bool) {
	p.proved = p.proved || ok
	if !ok {
		p.malformed++
	}
}

// judge tells what is wrong with a page that was read to its end. endless means
// that the server did not say where that is.
func (p *page) judge(endless bool) error {
	switch {
	case p.size == 0:
		return errEmpty
	case p.first == '<' && !p.proved:
		return httpget.ErrHTML
	case p.samples == 0:
		return errBare
	case !p.proved:
		return errNotPage
	case endless && !p.ended:
		return errTorn
	}
	return nil
}

// delimits tells whether c may follow the name of a series. A carriage return
// does in a line without a value.
func delimits(c byte) bool { return c == ' ' || c == '{' || c == '\t' || c == '\r' }

func trimLeft(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}
