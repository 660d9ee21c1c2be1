package emqx

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// licence is what a licence allows; 0 is no limit, or none that is told.
type licence struct {
	most     float64
	sessions bool    // most is a number of sessions, clients that are away included; else of connections
	tps      float64 // messages received and sent a second, of the whole cluster
}

// licenceAnswer is the part of /license that is wanted.
type licenceAnswer struct {
	MaxSessions    *number `json:"max_sessions"`    // 5.8.5 and later
	MaxConnections number  `json:"max_connections"` // before; later versions repeat max_sessions here
	MaxTPS         number  `json:"max_tps"`         // 6.0 and later; "infinity" is none
}

// currentAnswer is the part of /monitor_current that is wanted, 5.6 and later.
type currentAnswer struct {
	Quota number `json:"license_quota"`
	// Peak is there in the versions whose licence counts sessions.
	Peak json.RawMessage `json:"sessions_hist_hwmark"`
}

// askLicence asks for the licence, or, where this user may not see it or this
// edition has none, for the quota among the current figures.
func (c *Collector) askLicence(ctx context.Context) (licence, error) {
	defer c.site.Close() // nothing to keep for minutes
	var l licenceAnswer
	_, err := c.site.Get(ctx, httpget.Ask{Path: "/license"}, &l)
	switch status := httpget.StatusOf(err); {
	case err == nil:
		return l.licence(), nil
	case status != http.StatusForbidden && status != http.StatusNotFound:
		return licence{}, err
	}
	var now currentAnswer
	if _, err := c.site.Get(ctx, httpget.Ask{Path: "/monitor_current"}, &now); err != nil {
		return licence{}, err
	}
	return licence{most: float64(now.Quota), sessions: now.Quota > 0 && now.Peak != nil}, nil
}

func (a *licenceAnswer) licence() licence {
	out := licence{most: float64(a.MaxConnections), tps: float64(a.MaxTPS)}
	if a.MaxSessions != nil {
		out.most, out.sessions = float64(*a.MaxSessions), *a.MaxSessions > 0
	}
	return out
}

// number is a figure that EMQX may write as a word ("infinity", "expired"); that
// counts as 0.
type number float64

// UnmarshalJSON reads a number, and anything else as 0.
func (n *number) UnmarshalJSON(b []byte) error {
	var f float64
	if json.Unmarshal(b, &f) != nil {
		f = 0
	}
	*n = number(f)
	return nil
}
