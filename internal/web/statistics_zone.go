package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// zoneCookie keeps the time zone of the viewer, which the script of the page knows.
	zoneCookie = "brimwatch_zone"
	// serverZone is what an address calls the zone of the server.
	serverZone = "server"
)

// zones are the time zones in which moments may be shown. A nil one is not known.
type zones struct {
	server, viewer, account *time.Location
	payer                   string // whose the account's is
}

// zonesFor finds the zones for a viewer of some instances. That of an account counts where one
// account pays for all of them.
func (p *pages) zonesFor(r *http.Request, list []*fleet.Standing) *zones {
	z := &zones{server: p.Zone}
	if c, err := r.Cookie(zoneCookie); err == nil {
		if zone, ok := loadZone(c.Value); ok {
			z.viewer = zone
		}
	}
	if p.Accounts == nil || len(list) == 0 {
		return z
	}
	name := list[0].Instance.Account
	for _, st := range list {
		if st.Instance.Account != name || name == "" {
			return z
		}
	}
	for _, a := range p.Accounts.Accounts() {
		if a.Name == name && a.Zone != nil {
			z.account, z.payer = a.Zone, name
		}
	}
	return z
}

// usual is the zone where none was asked for: the viewer's, else the account's.
func (z *zones) usual() *time.Location {
	switch {
	case z.viewer != nil:
		return z.viewer
	case z.account != nil:
		return z.account
	}
	return z.server
}

// named returns the zone that an address asks for.
func (z *zones) named(name string) (*time.Location, bool) {
	if name == serverZone {
		return z.server, true
	}
	return loadZone(name)
}

// loadZone finds a zone of the time zone database. "Local" is none of them.
func loadZone(name string) (*time.Location, bool) {
	odd := func(c rune) bool {
		return (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("_+-/", c)
	}
	if name == "" || len(name) > 64 || name == "Local" || strings.ContainsFunc(name, odd) {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}

// zoneChoices are links to the same page in another zone.
func (p *pages) zoneChoices(a *asked, z *zones) []choice {
	var out []choice
	now := p.Now()
	add := func(zone *time.Location, name, whose string) {
		if zone == nil {
			return
		}
		text := zoneWords(now.In(zone))
		for i := range out {
			if out[i].Text == text {
				return
			}
		}
		out = append(out, choice{
			Text: text, Note: whose, Current: text == zoneWords(now.In(a.zone)),
			Link: a.link(func(b *asked) { b.zoneName = name }),
		})
	}
	if z.viewer != nil {
		add(z.viewer, z.viewer.String(), p.say.T("your time zone"))
	}
	if z.account != nil {
		add(z.account, z.account.String(), p.say.T("time zone of account %s", z.payer))
	}
	add(z.server, serverZone, p.say.T("time zone of the server"))
	if a.zoneName != "" {
		add(a.zone, a.zoneName, "")
	}
	return out
}

// zoneWords names the time zone of t: CET (UTC+01:00).
func zoneWords(t time.Time) string {
	if name, offset := t.Zone(); offset == 0 && name == "UTC" {
		return name
	}
	return t.Format("MST (UTC-07:00)")
}
