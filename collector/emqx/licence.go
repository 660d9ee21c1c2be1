package emqx

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// licence is what a licence allows; 0 is no limit, or one that EMQX does not say.
type licence struct {
	most     float64
	sessions bool    // most is a number of sessions, clients that are away included; else of connections
	tps      float64 // messages received and sent a second, of the whole cluster
}

// licenceAnswer is the part of /license that is wanted.
type licenceAnswer struct {
	MaxSessions    *number `json:"max_sessions"`    // 5.9 and later
	MaxConnections number  `json:"max_connections"` // before; later versions repeat max_sessions here
	MaxTPS         number  `json:"max_tps"`         // 6.0 and later; "infinity" is none
}

// currentAnswer is the part of /monitor_current that is wanted, 5.6 and later.
type currentAnswer struct {
	Quota number `json:"license_quota"`
}

// nodeAnswer is the part of a node among /nodes that is wanted.
type nodeAnswer struct {
	Version string `json:"version"`
}

// askLicence asks for the licence, or, where this user may not see it or this
// edition has none, for the quota among the current figures.
func (c *Collector) askLicence(ctx context.Context) (licence, error) {
	defer c.site.Close() // nothing to keep for minutes
	var l licenceAnswer
	_, err := c.site.Get(ctx, httpget.Ask{Path: "/license"}, &l)
	switch status := httpget.StatusOf(err); {
	case err == nil && l.MaxSessions != nil:
		most := float64(*l.MaxSessions)
		return licence{most: most, sessions: most > 0, tps: float64(l.MaxTPS)}, nil
	case err == nil:
		return c.weigh(ctx, float64(l.MaxConnections))
	case status != http.StatusForbidden && status != http.StatusNotFound:
		return licence{}, err
	}
	var now currentAnswer
	if _, err := c.site.Get(ctx, httpget.Ask{Path: "/monitor_current"}, &now); err != nil {
		return licence{}, err
	}
	return c.weigh(ctx, float64(now.Quota))
}

// weigh finds out what a limit counts whose name does not say it: sessions from
// 5.8.5 on, connections before. Where this user may not see the version, it is
// taken for connections.
func (c *Collector) weigh(ctx context.Context, most float64) (licence, error) {
	out := licence{most: most}
	if most <= 0 {
		return out, nil
	}
	var nodes []nodeAnswer
	_, err := c.site.Get(ctx, httpget.Ask{Path: "/nodes"}, &nodes)
	switch status := httpget.StatusOf(err); {
	case err == nil && len(nodes) > 0:
		out.sessions = countsSessions(nodes[0].Version)
	case err != nil && status != http.StatusForbidden && status != http.StatusNotFound:
		return licence{}, err // or the figure would change its meaning with every fault
	}
	return out, nil
}

// countsSessions tells whether the licence of a version, such as 5.8.5 or e5.8.5,
// counts sessions.
func countsSessions(version string) bool {
	version, _, _ = strings.Cut(strings.TrimLeft(version, "ev"), "-")
	first := [...]int{5, 8, 5}
	for i, part := range strings.SplitN(version, ".", len(first)) {
		n, err := strconv.Atoi(part)
		if err != nil || n < first[i] {
			return false
		}
		if n > first[i] {
			return true
		}
	}
	return strings.Count(version, ".") == len(first)-1
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
