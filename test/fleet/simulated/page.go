package simulated

import (
	"fmt"
	"strconv"
	"time"
)

// Page is the exposition page that all instances of a fleet share in shape.
type Page struct {
	model  *Model
	series []series
}

// series is one line with its comments.
type series struct {
	head []byte // comments, name and a space
	kind kind
	of   Metric // when kind is metric
	id   uint64
}

// kind says how the value of a series moves.
type kind uint8

const (
	metric   kind = iota // one of the four of the model
	slow                 // a gauge that moves every few minutes
	busy                 // a gauge that moves all the time
	growing              // a counter that moves all the time
	constant             // a counter that stays where it is on a healthy instance
)

// NewPage returns the page called full (149 series, 16 kB) or small (6 series,
// 0.6 kB) of a model's instances.
func NewPage(model *Model, mode string) (*Page, error) {
	p := &Page{model: model}
	switch mode {
	case "full":
		p.fill()
	case "small":
		for _, m := range Metrics() {
			p.addMetric(m)
		}
		p.add("gauge", slow, "retained_count")
		p.add("gauge", busy, "vm_used_memory")
	default:
		return nil, fmt.Errorf("there is no page %q: it is full or small", mode)
	}
	return p, nil
}

// fill adds the series of the full page. The four of the model lie apart, so that
// a reader has to pass most of the page.
func (p *Page) fill() {
	p.add("gauge", slow, slowGauges()...)
	p.add("gauge", busy, busyGauges()...)
	p.add("counter", growing, growingCounters()...)
	p.add("counter", constant, constantCounters()...)
	for i, m := range Metrics() {
		p.addMetric(m)
		at, last := 5+45*i, len(p.series)-1
		p.series[at], p.series[last] = p.series[last], p.series[at]
	}
}

func (p *Page) add(typ string, k kind, names ...string) {
	for _, name := range names {
		p.addSeries(typ, series{kind: k}, "emqx_"+name)
	}
}

func (p *Page) addMetric(m Metric) {
	typ := "gauge"
	if m.Counter() {
		typ = "counter"
	}
	p.addSeries(typ, series{kind: metric, of: m}, m.Series())
}

func (p *Page) addSeries(typ string, s series, name string) {
	s.head = fmt.Appendf(nil, "# TYPE %s %s\n# HELP %s \n%s ", name, typ, name, name)
	s.id = uint64(len(p.series))
	p.series = append(p.series, s)
}

// Series returns how many series are on the page.
func (p *Page) Series() int { return len(p.series) }

// Append adds the page of instance n at a time to dst, in the text format 0.0.4.
func (p *Page) Append(dst []byte, n int, at time.Time) []byte {
	t := seconds(at)
	for i := range p.series {
		s := &p.series[i]
		dst = append(dst, s.head...)
		dst = strconv.AppendInt(dst, p.value(s, n, t), 10)
		dst = append(dst, '\n')
	}
	return dst
}

func (p *Page) value(s *series, n int, t float64) int64 {
	if s.kind == metric {
		return p.model.value(n, s.of, t)
	}
	h := mix(uint64(n), s.id)
	age := int64(t - p.model.epoch)
	switch s.kind {
	case slow:
		return int64(h%5000) + age/int64(60+h%240)
	case busy:
		return int64(h%5000) + int64(mix(h, uint64(t))%1000)
	case growing:
		rate := h%3000 + 20 // a second; what is added on top is less, so that it never falls
		return int64(rate)*age + int64(mix(h, uint64(t))%rate)
	case metric, constant:
	}
	if h%3 == 0 {
		return int64(h >> 40)
	}
	return 0
}
