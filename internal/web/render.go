package web

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// templates holds one parsed template for each page.
type templates struct {
	pages map[string]*template.Template
}

func parseTemplates(a assets, say *phrases.Printer) (*templates, error) {
	common, err := template.New("layout.html.tmpl").Funcs(template.FuncMap{"static": a.url}).Funcs(functions(say)).Funcs(partMarks()).
		ParseFS(files, "templates/layout.html.tmpl", "templates/parts.html.tmpl", "templates/billing.html.tmpl", "templates/money.html.tmpl", "templates/edition.html.tmpl", "templates/foretold.html.tmpl", "templates/monitoring.html.tmpl", "templates/charts.html.tmpl")
	if err != nil {
		return nil, fmt.Errorf("parse the layout: %w", err)
	}
	out := &templates{pages: map[string]*template.Template{}}
	for _, name := range []string{"instances", "instance", "calendar", "oncall", "alarms", "silences", "notices", "people", "problem", "link", "several", "linksilence", "statistics"} {
		t, err := common.Clone()
		if err != nil {
			return nil, fmt.Errorf("copy the layout: %w", err)
		}
		if out.pages[name], err = t.ParseFS(files, "templates/"+name+".html.tmpl"); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
	}
	return out, nil
}

// page is what the layout shows around a body.
type page struct {
	Title   string
	Section string // which entry of the navigation is current
	Refresh int    // the script renews the page after so many seconds; 0 is never
	Done    string // what a form achieved
	Bare    bool   // without the navigation: for who need not have signed in
	Body    any
	Scripts []string // of this page, besides the one that renews it
	Seen    string   // the ID of a form that says as of when its sender saw the page

	Version string
	At      stamp
	Switch  *switchView // to the other language
}

// problem is a page that says what went wrong and what to do.
type problem struct {
	Heading string
	Lines   []template.HTML
	Back    string // where to go on
	Label   string
}

// render writes a page. It is built in memory first, so that a fault in the middle
// does not leave half a page.
func (p *pages) render(w http.ResponseWriter, r *http.Request, status int, name string, pg page) {
	pg.Version, pg.At, pg.Switch = p.Version, p.stamp(p.Now()), p.switchFor(r, pg.Section)
	var buf bytes.Buffer
	if err := p.set.pages[name].Execute(&buf, pg); err != nil {
		p.log.ErrorContext(r.Context(), "page could not be rendered", "page", name, "error", err)
		http.Error(w, p.say.T("The page could not be rendered; the log of Brimwatch says why."), http.StatusInternalServerError)
		return
	}
	whole := cut(buf.Bytes())
	h, body := w.Header(), whole.plain()
	if status == http.StatusOK && pg.Refresh > 0 {
		status, body = whole.answerFor(r)
		h.Add("Vary", partsHeader)
		h.Set("ETag", whole.etag)
		h.Set(asOfHeader, pg.At.Machine+" "+pg.At.Text+" "+pg.At.Zone)
	}
	if status != http.StatusNotModified {
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil { //nolint:gosec // a page of ours, with all texts escaped
		p.log.DebugContext(r.Context(), "page was not taken", "page", name, "error", err)
	}
}

// fail answers that something could not be read, as heading says; the log has the particulars.
func (p *pages) fail(w http.ResponseWriter, r *http.Request, section, heading string, err error) {
	p.log.ErrorContext(r.Context(), "page could not be read", "path", r.URL.Path, "error", err)
	p.render(w, r, http.StatusInternalServerError, "problem", page{Title: p.say.T("Not available"), Section: section, Body: problem{
		Heading: heading,
		Lines:   []template.HTML{p.said(err.Error()), escaped(p.say.T("Try again in a moment. The log of Brimwatch has the particulars."))},
		Back:    r.URL.RequestURI(), Label: p.say.T("Try again"),
	}})
}

func (p *pages) notFound(w http.ResponseWriter, r *http.Request) {
	p.render(w, r, http.StatusNotFound, "problem", page{Title: p.say.T("Not found"), Body: problem{
		Heading: p.say.T("There is no such page"),
		Lines:   lines(p.say.T("The address may be mistyped, or the page may have moved.")),
		Back:    "/", Label: p.say.T("To the instances"),
	}})
}

// foreign answers a form that was sent by a page of somebody else.
func (p *pages) foreign(w http.ResponseWriter, r *http.Request) {
	p.log.WarnContext(r.Context(), "form from another site refused", "path", r.URL.Path, "origin", r.Header.Get("Origin"))
	p.render(w, r, http.StatusForbidden, "problem", page{Title: p.say.T("Refused"), Body: problem{
		Heading: p.say.T("The form came from another site"),
		Lines: lines(
			p.say.T("Nothing was changed. Open the page here and send the form again."),
			p.say.T("Behind a reverse proxy, the proxy must pass on the Host header that the browser sent."),
		),
		Back: "/", Label: p.say.T("To the instances"),
	}})
}

// stamp is a moment for people and for machines.
type stamp struct {
	Text    string // 2026-11-23 03:12:04
	Zone    string // CET
	Machine string // RFC 3339
	Ago     string // 4 min ago; in 3 d
}

// stamp returns t as it is shown; the zero time is an empty stamp.
func (p *pages) stamp(t time.Time) stamp { return p.stampIn(t, p.Zone) }

// stampIn is stamp in the time zone of an account, where its days begin.
func (p *pages) stampIn(t time.Time, zone *time.Location) stamp {
	if t.IsZero() {
		return stamp{}
	}
	return stamp{
		Text: words.Timestamp(t, zone), Zone: words.Zone(t, zone), Machine: t.In(cmp.Or(zone, time.UTC)).Format(time.RFC3339),
		Ago: words.Relative(t, p.Now(), p.lang()),
	}
}

// stampUnix is stamp for Unix seconds.
func (p *pages) stampUnix(seconds int64) stamp { return p.stamp(time.Unix(seconds, 0)) }
