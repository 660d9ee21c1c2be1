package nats

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// pageSize is how many connections a page of /connz has, by default of NATS.
	pageSize = 1024
	// maxPages bounds what one count costs: NATS takes 65,536 connections unless
	// its configuration says otherwise.
	maxPages = 64
	// manyEvery is how often more than one page is counted when Options do not say.
	manyEvery = time.Minute
	// earlier is by how much a visit may come early and still count.
	earlier = time.Second
)

// finding is a figure, or in plain words why there is none.
type finding struct {
	value  float64
	reason string // "" with a figure
}

func (f finding) tell(v *collector.Visit, m fleet.Metric) {
	if f.reason != "" {
		v.Unknown(m, f.reason)
		return
	}
	v.Gauge(m, f.value)
}

// tally keeps the last count.
type tally struct {
	every   time.Duration // as in Options
	at      time.Time     // of the last count; zero before the first
	started time.Time     // when the server was started that was counted
	last    finding
}

// due tells whether it is time to count again. A count of one page that failed is
// made again at once; of many pages, it would weigh on a server that has enough
// to do.
func (t *tally) due(v *varz, now time.Time) bool {
	every := t.every
	many := v.Connections == nil || *v.Connections > pageSize
	switch {
	case !many && t.last.reason != "":
		every = 0
	case many && every == 0:
		every = manyEvery
	}
	return t.at.IsZero() || !t.started.Equal(v.Start) || now.Sub(t.at) >= every-earlier
}

func (t *tally) take(v *varz, now time.Time, f finding) {
	t.at, t.started, t.last = now, v.Start, f
}

// connz is a page of the list of connections, as far as it is needed.
type connz struct {
	Total       int `json:"total"`
	Offset      int `json:"offset"`
	Connections []struct {
		Subscriptions *float64 `json:"subscriptions"`
	} `json:"connections"`
}

// count sums the subscriptions of all connections.
func (c *Collector) count(ctx context.Context, v *varz) finding {
	if v.Connections != nil && *v.Connections > pageSize*maxPages {
		return finding{reason: fmt.Sprintf("subscriptions are not counted beyond %d connections", pageSize*maxPages)}
	}
	var all sum
	for range maxPages {
		page, err := c.page(ctx, all.seen)
		switch {
		case ctx.Err() != nil:
			return finding{reason: "subscriptions could not be counted in time: give the source a longer timeout"}
		case err != nil:
			return finding{reason: "subscriptions cannot be counted: " + err.Error()}
		}
		if f, done := all.add(page); done {
			return f
		}
	}
	return finding{reason: fmt.Sprintf("subscriptions cannot be counted: the server's list of connections (/connz) has more than %d pages", maxPages)}
}

// sum adds up the pages of the list of connections.
type sum struct {
	subscriptions float64
	seen          int // connections
}

// add adds the next page. It is done with the last page, or when going on would
// not give the right figure.
func (s *sum) add(p *connz) (f finding, done bool) {
	if p.Offset != s.seen { // a cache in between that does not look at the query
		return finding{reason: "subscriptions cannot be counted: the server's list of connections (/connz) does not go on where it is asked to"}, true
	}
	for _, one := range p.Connections {
		if one.Subscriptions == nil || *one.Subscriptions < 0 {
			return finding{reason: "the server's /connz tells no subscriptions"}, true
		}
		s.subscriptions += *one.Subscriptions
	}
	s.seen += len(p.Connections)
	switch {
	case s.seen >= p.Total:
		return finding{value: s.subscriptions}, true
	case len(p.Connections) == 0:
		return finding{reason: "subscriptions cannot be counted: the server's list of connections (/connz) ends before all of them were told"}, true
	}
	return finding{}, false
}

// page asks for a page of connections in the order in which they came.
func (c *Collector) page(ctx context.Context, offset int) (*connz, error) {
	var page connz
	_, err := c.site.Get(ctx, httpget.Ask{Path: "/connz", Query: url.Values{
		"sort": {"cid"}, "limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)},
	}}, &page)
	return &page, err
}
