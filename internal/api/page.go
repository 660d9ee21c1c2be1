package api

import (
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// pageBuffer is how much of a page is gathered before it is written.
const pageBuffer = 64 << 10

// page writes an exposition. It appends to a buffer and hands that on when it is
// full, so a page of a large fleet is never held as a whole. After a fault of
// the writer below it writes nothing more.
type page struct {
	out    io.Writer
	format format
	buf    []byte
	err    error

	family   *series.Family  // whose points are being written
	instance *fleet.Instance // whose identity stands in identity
	identity []byte          // a comma before each label
}

func newPage(out io.Writer, f format) *page {
	return &page{out: out, format: f, buf: make([]byte, 0, pageBuffer)}
}

// Write takes what others write in the format of the page.
func (p *page) Write(b []byte) (int, error) {
	p.buf = append(p.buf, b...)
	p.spill()
	return len(b), p.err
}

// spill writes the buffer when it is nearly full.
func (p *page) spill() {
	if len(p.buf) >= pageBuffer-4<<10 {
		p.flush()
	}
}

func (p *page) flush() {
	if p.err == nil && len(p.buf) > 0 {
		_, p.err = p.out.Write(p.buf)
	}
	p.buf = p.buf[:0]
}

// end writes what is left of the page.
func (p *page) end() {
	if p.format.open {
		p.buf = append(p.buf, "# EOF\n"...)
	}
	p.flush()
}

// begin begins a metric family; all are gauges.
func (p *page) begin(f *series.Family) {
	p.family = f
	p.comment("HELP", f.Name, f.Help)
	p.comment("TYPE", f.Name, "gauge")
	if p.format.open && f.Unit != "" {
		p.comment("UNIT", f.Name, f.Unit)
	}
}

func (p *page) comment(what, name, text string) {
	p.buf = append(p.buf, "# "...)
	p.buf = append(p.buf, what...)
	p.buf = append(p.buf, ' ')
	p.buf = append(p.buf, name...)
	p.buf = append(p.buf, ' ')
	p.buf = append(p.buf, text...)
	p.buf = append(p.buf, '\n')
}

// point writes one series with its value. Labels that are empty are left out.
func (p *page) point(pt *series.Point) {
	if p.err != nil {
		return
	}
	if p.family != pt.Family {
		p.begin(pt.Family)
	}
	b := append(p.buf, pt.Family.Name...)
	first := len(b)
	if pt.Instance != nil {
		if p.instance != pt.Instance {
			p.identify(pt.Instance)
		}
		b = append(b, p.identity...)
	}
	for i := range pt.Labels {
		if l := &pt.Labels[i]; l.Value != "" {
			b = append(append(append(b, ','), l.Name...), `="`...)
			b = append(appendEscaped(b, l.Value), '"')
		}
	}
	b = appendLabel(b, `,metric="`, pt.Metric)
	b = appendLabel(b, `,severity="`, pt.Severity)
	b = appendLabel(b, `,state="`, pt.State)
	if len(b) > first {
		b[first] = '{' // in the place of its comma
		b = append(b, '}')
	}
	b = appendValue(append(b, ' '), pt.Value)
	p.buf = append(b, '\n')
	p.spill()
}

// identify writes down the identity of an instance: its series mostly come one after
// the other.
func (p *page) identify(in *fleet.Instance) {
	p.instance = in
	b := appendLabel(p.identity[:0], `,instance_id="`, in.ID)
	b = appendLabel(b, `,product="`, in.Product)
	p.identity = appendLabel(b, `,edition="`, in.Edition)
}

// appendLabel appends a label unless it is empty. begin is all that stands before its
// value, with the comma after the label before it.
func appendLabel(b []byte, begin, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, begin...)
	b = appendEscaped(b, value)
	return append(b, '"')
}

// appendEscaped appends a label's value as both formats want it: UTF-8, with
// backslash, quote and line feed escaped. Most values need none of it.
func appendEscaped(b []byte, s string) []byte {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		c := s[i]
		plain = c < utf8.RuneSelf && c != '\\' && c != '"' && c != '\n'
	}
	if plain {
		return append(b, s...)
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	for i := range len(s) {
		switch c := s[i]; c {
		case '\\':
			b = append(b, '\\', '\\')
		case '"':
			b = append(b, '\\', '"')
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, c)
		}
	}
	return b
}

// wholeBelow is below which figures without a fraction are written as whole numbers:
// a float64 holds each of them.
const wholeBelow = 1e15

// appendValue appends the value of a series.
func appendValue(b []byte, v float64) []byte {
	if math.Abs(v) < wholeBelow && v == math.Trunc(v) {
		return strconv.AppendInt(b, int64(v), 10)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}
