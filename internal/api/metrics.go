package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/brimwatch/brimwatch/internal/families"
)

// Exposition writes /metrics: the fleet in the names of docs/api.md, then
// Brimwatch's own metrics. All fields must be given but Now. It is safe for
// concurrent use.
type Exposition struct {
	Families *families.Source
	Gatherer prometheus.Gatherer // Brimwatch's own metrics
	Logger   *slog.Logger
	Now      func() time.Time // nil is time.Now
}

// content is what a page is written from.
type content struct {
	fleet *families.Content
	own   []*dto.MetricFamily
	part  *selection
	log   *slog.Logger
}

// WriteMetrics writes the whole page in the text format 0.0.4, which everybody
// takes. What could not be read is missing in it, and the log says so.
func (e *Exposition) WriteMetrics(ctx context.Context, w io.Writer) {
	e.read(ctx, &selection{}).write(ctx, w, textFormat())
}

// read does what may fail or take long, before the first byte is written.
func (e *Exposition) read(ctx context.Context, part *selection) *content {
	now := time.Now
	if e.Now != nil {
		now = e.Now
	}
	c := &content{part: part, log: e.Logger, fleet: e.Families.Read(ctx, now(), part.choice())}
	if part.own() {
		own, err := e.Gatherer.Gather()
		if err != nil {
			e.Logger.ErrorContext(ctx, "own metrics are not complete", "error", err)
		}
		c.own = part.ownPart(own)
	}
	return c
}

// write writes the page from what was read.
func (c *content) write(ctx context.Context, w io.Writer, f format) {
	p := newPage(w, f)
	c.fleet.Each(c.part.points(p.point))
	if err := p.ownMetrics(c.own); err != nil && p.err == nil {
		c.log.ErrorContext(ctx, "own metrics could not be written", "error", err)
	}
	p.end()
}

// metrics answers with the exposition, or the part of it that is asked for.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	part, err := selectionOf(r.URL.RawQuery)
	if err != nil {
		s.refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	f := negotiate(r.Header.Values("Accept"))
	w.Header().Set("Content-Type", f.contentType())
	w.Header().Add("Vary", "Accept, Accept-Encoding")
	if r.Method == http.MethodHead {
		return
	}
	c := s.Metrics.read(r.Context(), part)
	if !takesGzip(r.Header) {
		c.write(r.Context(), w, f)
		return
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		s.fail(w, r, "the metrics could not be compressed", err)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	c.write(r.Context(), z, f)
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
