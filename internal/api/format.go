package api

import (
	"cmp"
	"mime"
	"slices"
	"strconv"
	"strings"
)

// format is a text format of /metrics.
type format struct {
	media   string // type/subtype
	version string
	// open tells whether it is OpenMetrics: with units, the moments at which counters
	// began, and an end.
	open bool
}

// contentType is what the answer says of itself.
func (f format) contentType() string {
	return f.media + "; version=" + f.version + "; charset=utf-8"
}

// textFormat is what everybody gets who asks for nothing else.
func textFormat() format { return format{media: "text/plain", version: "0.0.4"} }

// formats lists the formats, the preferred one first where a client likes several
// equally well and names none.
func formats() []format {
	const openMetrics = "application/openmetrics-text"
	return []format{textFormat(), {media: openMetrics, version: "1.0.0", open: true}, {media: openMetrics, version: "0.0.1", open: true}}
}

// mediaRange is one entry of an Accept header.
type mediaRange struct {
	media   string // type/subtype, type/* or */*
	version string // "" is any
	weight  float64
}

// fits tells how closely the range speaks of a format; below 0 it does not.
func (r mediaRange) fits(f format) int {
	kind, _, _ := strings.Cut(f.media, "/")
	switch {
	case r.version != "" && r.version != f.version:
		return -1
	case r.media == f.media && r.version != "":
		return 3
	case r.media == f.media:
		return 2
	case r.media == kind+"/*":
		return 1
	case r.media == "*/*":
		return 0
	}
	return -1
}

// acceptable reads Accept headers. What cannot be read is passed over.
func acceptable(headers []string) []mediaRange {
	var out []mediaRange
	for _, list := range headers {
		for one := range strings.SplitSeq(list, ",") {
			media, params, err := mime.ParseMediaType(one)
			if err != nil {
				continue
			}
			r := mediaRange{media: media, version: params["version"], weight: 1}
			if q, given := params["q"]; given {
				if r.weight, err = strconv.ParseFloat(q, 64); err != nil || !(r.weight >= 0) {
					continue
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// negotiate chooses the format of an answer: of those that the closest range likes,
// the one that is liked best, then the one that is named most closely, then the one
// named first. Who takes none of them gets the text format, as from every exporter.
func negotiate(headers []string) format {
	type offer struct {
		format
		weight       float64
		close, place int
	}
	ranges := acceptable(headers)
	var offers []offer
	for _, f := range formats() {
		best := offer{format: f, close: -1}
		for i, r := range ranges {
			if fit := r.fits(f); fit > best.close {
				best.weight, best.close, best.place = r.weight, fit, i
			}
		}
		if best.close >= 0 && best.weight > 0 {
			offers = append(offers, best)
		}
	}
	if len(offers) == 0 {
		return textFormat()
	}
	slices.SortStableFunc(offers, func(a, b offer) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(b.close, a.close), cmp.Compare(a.place, b.place))
	})
	return offers[0].format
}
