package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// Alertmanager is one that is told of alarms, and in which they are kept firing.
type Alertmanager struct {
	URL      Secret // its path may hold a token
	Username string
	Password Secret
	Bearer   Secret
	TLS      TLS
	Timeout  time.Duration
	Language words.Language // of what its annotations say
	Zone     *time.Location // of times in them
}

// resolveAlertmanagers reads those of one list of a receiver. seen is where the URLs stand
// that were read before.
func (d *decoder) resolveAlertmanagers(l *list, out *Receiver, seen map[string]place) {
	for i := range l.Alertmanagers {
		m := &l.Alertmanagers[i]
		if m.node == nil {
			continue
		}
		url := strings.TrimSuffix(m.URL, "/")
		if first, twice := seen["alertmanager "+url]; twice && url != "" {
			d.fault(d.under(m.place, "url"), "this receiver has the Alertmanager twice; the first is at %s", first.where())
			continue
		}
		seen["alertmanager "+url] = m.place
		out.turn(managerTurn(len(out.Alertmanagers)), l.turn)
		out.Alertmanagers = append(out.Alertmanagers, d.resolveAlertmanager(m, url))
	}
}

// managerTurn is the key of Receiver.Turns of an Alertmanager.
func managerTurn(i int) string { return "alertmanager/" + strconv.Itoa(i) }

// TurnOfAlertmanager is which of the ways of a receiver posts to an Alertmanager, by its place
// among all; 0 is the first, or the only one.
func (r *Receiver) TurnOfAlertmanager(i int) int { return r.Turns[managerTurn(i)] }

func (d *decoder) resolveAlertmanager(m *managerDoc, url string) Alertmanager {
	out := Alertmanager{URL: Secret(url), Timeout: m.Timeout.or(15 * time.Second), TLS: d.resolveTLS(&m.TLS, strings.HasPrefix(url, "https://"))}
	at := d.find(m.place, "url")
	d.needURL(m.place, m.URL, "http", "https")
	switch {
	case strings.Contains(url, "/api/v"):
		d.fault(at, "give the Alertmanager's own URL, without /api/v2/alerts, which is added")
	case strings.Contains(url, "?"):
		d.fault(at, "the URL has a query, which an Alertmanager does not know; remove the ? and what follows")
	}
	out.Username, out.Password, out.Bearer = d.resolveAuth(m.place, &m.loginDoc)
	out.Language, out.Zone = d.language(m.place, m.Language), d.loadZone(m.place, m.TimeZone)
	if out.Language == words.ZH && m.TimeZone == "" {
		d.warn(d.find(m.place, "language"), "its times are in UTC; set time_zone, such as Asia/Shanghai")
	}
	if out.Timeout < time.Second || out.Timeout > 30*time.Second {
		d.fault(d.find(m.place, "timeout"), "a call may take 1s to 30s")
	}
	return out
}
