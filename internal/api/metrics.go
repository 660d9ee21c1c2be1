package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// maxOpen bounds the series of open alarms on one page.
const maxOpen = 100_000

// Exposition writes /metrics: the fleet in the names of docs/api.md, then
// Brimwatch's own metrics. It is the text format 0.0.4, which every scraper takes.
// All fields must be given. It is safe for concurrent use.
type Exposition struct {
	Fleet    readers.Fleet
	Accounts readers.Accounts
	Alarms   readers.Alarms
	Gatherer prometheus.Gatherer // Brimwatch's own metrics
	Logger   *slog.Logger
}

// content is what a page is written from.
type content struct {
	standings   []fleet.Standing
	accounts    []fleet.Account
	open        []alarm.Episode
	alarmsKnown bool
	own         func(*page) // writes Brimwatch's own metrics
}

// WriteMetrics writes the page. What could not be read is missing in it, and the
// log says so.
func (e *Exposition) WriteMetrics(ctx context.Context, w io.Writer) {
	c := e.read(ctx)
	c.write(w)
}

// read does what may fail or take long, before the first byte is written.
func (e *Exposition) read(ctx context.Context) content {
	own, err := e.Gatherer.Gather()
	if err != nil {
		e.Logger.ErrorContext(ctx, "own metrics are not complete", "error", err)
	}
	open, err := e.Alarms.Episodes(ctx, alarm.EpisodeFilter{Open: true, Limit: maxOpen})
	if err != nil && ctx.Err() == nil {
		e.Logger.ErrorContext(ctx, "open alarms are missing from the exposition", "error", err)
	}
	return content{standings: e.Fleet.Standings(), accounts: e.Accounts.Accounts(), open: open, alarmsKnown: err == nil, own: func(p *page) {
		enc := expfmt.NewEncoder(p, expfmt.NewFormat(expfmt.TypeTextPlain))
		for _, mf := range own {
			if err := enc.Encode(mf); err != nil {
				if p.err == nil {
					e.Logger.ErrorContext(ctx, "own metric could not be written", "metric", mf.GetName(), "error", err)
				}
				return
			}
		}
	}}
}

// write writes the page from what was read.
func (c *content) write(w io.Writer) {
	p := &page{out: w, buf: make([]byte, 0, pageBuffer)}
	p.fleet(c.standings)
	p.accounts(c.accounts)
	if c.alarmsKnown {
		p.alarms(c.open)
	}
	c.own(p)
	p.flush()
}

// metrics answers with the exposition.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	e := Exposition{Fleet: s.Fleet, Accounts: s.Accounts, Alarms: s.Alarms, Gatherer: s.Gatherer, Logger: s.log}
	c := e.read(r.Context())
	w.Header().Set("Content-Type", string(expfmt.NewFormat(expfmt.TypeTextPlain)))
	w.Header().Add("Vary", "Accept-Encoding")
	if !takesGzip(r.Header) || r.Method == http.MethodHead {
		c.write(w)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		s.fail(w, r, "the metrics could not be compressed", err)
		return
	}
	c.write(z)
	_ = z.Close() // the client went away: there is nobody left to tell
}

// takesGzip tells whether the client takes a compressed answer.
func takesGzip(h http.Header) bool {
	for _, list := range h.Values("Accept-Encoding") {
		for one := range strings.SplitSeq(list, ",") {
			name, params, _ := strings.Cut(strings.TrimSpace(one), ";")
			if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
				continue
			}
			q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			weight, err := strconv.ParseFloat(q, 64)
			return !ok || err != nil || weight > 0
		}
	}
	return false
}
