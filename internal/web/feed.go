package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/calendar"
	"github.com/brimwatch/brimwatch/internal/web/ics"
)

const (
	// maxFeed bounds the entries of a feed; calendar programs refuse very large ones.
	maxFeed = 5000
	// maxFeedDays is how far a feed may look ahead.
	maxFeedDays = 3660
	// feedRefresh is how often calendar programs are asked to come again.
	feedRefresh = time.Hour
)

// feedPath is where calendar programs find the calendar.
const feedPath = "/calendar.ics"

// feedLink is the address of the calendar of a filter for calendar programs, in the
// language of the page.
func (p *pages) feedLink(f calendarFilter) string {
	q := f.values()
	if p.lang() != words.EN {
		q.Set(langField, p.lang().String())
	}
	if len(q) == 0 {
		return feedPath
	}
	return feedPath + "?" + q.Encode()
}

// feed answers with the calendar as an iCalendar file, in the language that its address
// names: a program that fetches it has no reader who could choose. Its ETag is weak: it leaves
// out when the file was written.
func (p *pages) feed(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if l, ok := words.ParseLanguage(q.Get(langField)); ok && l != p.lang() {
		in := *p
		in.say = p.Phrases.In(l)
		p = &in
	}
	w.Header().Set("Content-Language", p.say.Tag())
	f := calendarFilter{Filter: calendar.Filter{Account: q.Get("account"), Product: q.Get("product")}, Days: usualDays}
	if text := q.Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxFeedDays {
			http.Error(w, p.say.T("days is a number from 1 to %d.", maxFeedDays), http.StatusBadRequest)
			return
		}
		f.Days = n
	}
	file := p.feedOf(p.Fleet.Standings(), f, p.base(r))
	sum := sha256.Sum256(ics.Encode(file))
	tag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache") // kept, and asked for again each time
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	file.Stamp = p.Now()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="brimwatch.ics"`)
	if _, err := w.Write(ics.Encode(file)); err != nil {
		p.log.DebugContext(r.Context(), "feed was not taken", "error", err)
	}
}

// matches tells whether an If-None-Match header names a tag, by the weak comparison.
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || one != "" && strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// base is the address of the pages as others know it, without a slash at its end:
// the configured one, else the one that was asked.
func (p *pages) base(r *http.Request) string {
	if p.ExternalURL != nil {
		if u := p.ExternalURL(); u != "" {
			return strings.TrimRight(u, "/")
		}
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// feedOf makes the file, but for the moment at which it is written.
func (p *pages) feedOf(all []fleet.Standing, f calendarFilter, base string) *ics.Calendar {
	now := p.Now()
	entries := calendar.Ahead(all, f.Filter, now, now.AddDate(0, 0, f.Days))
	out := &ics.Calendar{Name: p.feedName(f), Language: strings.ToUpper(p.lang().String()), Producer: "Brimwatch " + p.Version, Refresh: feedRefresh}
	if len(entries) > maxFeed {
		out.About = p.say.T("The first %d of %d entries. Choose an account or a product to see all of its own.", maxFeed, len(entries))
		entries = entries[:maxFeed]
	}
	for i := range entries {
		out.Events = append(out.Events, p.feedEvent(&entries[i], base))
	}
	return out
}

func (p *pages) feedName(f calendarFilter) string {
	name := "Brimwatch"
	if f.Account == calendar.NoAccount {
		name += " · " + p.say.T("feed|without an account")
	} else if f.Account != "" {
		name += " · " + f.Account
	}
	if f.Product != "" {
		name += " · " + f.Product
	}
	return name
}

func (p *pages) feedEvent(e *calendar.Entry, base string) ics.Event {
	in, c := e.Standing.Instance, e.Standing.Course
	out := ics.Event{
		UID: uid(e), At: e.Moment.At, Category: p.heard(e.Kind.Words()), Tentative: e.Moment.Perhaps,
		Summary: p.say.T("%s: %s", nameOf(in), p.heard(e.Words())), URL: base + linkTo(in.ID),
	}
	if day, ok := calendar.Day(e.Moment.At, zoneOf(c)); ok {
		out.At, out.AllDay = day, true
	}
	if day := p.lastDay(&e.Change, c); day != "" {
		out.Summary += p.say.T(" (last day %s)", day)
	}
	out.Description = p.feedWords(e)
	return out
}

// feedWords is what an entry says when it is opened. It holds nothing that changes
// while the calendar does not, so that unchanged feeds are not fetched again.
func (p *pages) feedWords(e *calendar.Entry) string {
	in, c := e.Standing.Instance, e.Standing.Course
	when := p.say.T("At %s %s.", words.Timestamp(e.Moment.At, zoneOf(c)), words.Zone(e.Moment.At, zoneOf(c)))
	if day := p.lastDay(&e.Change, c); day != "" {
		when = p.say.T("Last day %s.", day)
	}
	lines := []string{p.say.T("%s %s.", nameOf(in), p.heard(e.Words())), when, p.say.T("Instance: %s, %s.", in.ID, p.title(in))}
	if in.Account != "" {
		lines = append(lines, p.say.T("Account: %s.", in.Account))
	}
	lines = append(lines, p.say.T("%s.", words.Capital(p.originWords(&e.Change, c))))
	if e.Moment.Perhaps {
		lines = append(lines, p.say.T("The documents of the product disagree on when it is converted."))
	}
	return strings.Join(lines, "\n")
}

// uid names an entry by the instance, by what happens and by what its calendar
// counts from. A renewal leaves these as they are, so that the entry moves.
func uid(e *calendar.Entry) string {
	basis := cmp.Or(e.Standing.Course.Basis, "none")
	sum := sha256.Sum256([]byte(e.Standing.Instance.ID + "\x00" + string(e.Kind) + "\x00" + string(basis)))
	return hex.EncodeToString(sum[:16]) + "@brimwatch"
}
