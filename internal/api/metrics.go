package api

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/common/expfmt"

	"github.com/brimwatch/brimwatch/alarm"
)

// maxOpen bounds the series of open alarms on one page.
const maxOpen = 100_000

// metrics is the exposition: the fleet in the names of docs/api.md, then
// Brimwatch's own metrics. It is the text format 0.0.4, which every scraper
// takes.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	// What may fail or take long comes before the first byte.
	own, err := s.Gatherer.Gather()
	if err != nil {
		s.log.Error("own metrics are not complete", "error", err)
	}
	open, err := s.Alarms.Episodes(r.Context(), alarm.EpisodeFilter{Open: true, Limit: maxOpen})
	alarmsKnown := err == nil
	if err != nil && r.Context().Err() == nil {
		s.log.Error("open alarms are missing from the exposition", "error", err)
	}
	standings := s.Fleet.Standings()

	w.Header().Set("Content-Type", string(expfmt.NewFormat(expfmt.TypeTextPlain)))
	w.Header().Add("Vary", "Accept-Encoding")
	var out io.Writer = w
	if takesGzip(r.Header) && r.Method != http.MethodHead {
		w.Header().Set("Content-Encoding", "gzip")
		z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
		if err != nil {
			s.fail(w, r, "the metrics could not be compressed", err)
			return
		}
		defer func() { _ = z.Close() }() // the client went away: there is nobody left to tell
		out = z
	}
	p := &page{out: out, buf: make([]byte, 0, pageBuffer)}
	p.fleet(standings)
	p.accounts(s.Accounts.Accounts())
	if alarmsKnown {
		p.alarms(open)
	}
	enc := expfmt.NewEncoder(p, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, mf := range own {
		if err := enc.Encode(mf); err != nil {
			if p.err == nil {
				s.log.Error("own metric could not be written", "metric", mf.GetName(), "error", err)
			}
			break
		}
	}
	p.flush()
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
