// Package web serves the pages for people: the list of instances, one instance
// with its Statistics and Monitoring Alarms, the calendar and its feed, who is on call,
// the alarms, the silences, the notices, and the people who get them. They speak the
// language of the reader.
//
// Pages are rendered on the server and work without JavaScript; a small script of
// our own only keeps open lists fresh. Nothing is loaded from anywhere else, and the
// Content-Security-Policy says so. What is shown comes over the interfaces of
// package readers; the package keeps no state.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// Options are what New needs. Confirmer, Confirmations, People, Accounts, OnCall, Foresight, Guide, ExternalURL, Title, Remarks, Advisor,
// Zone and Now may be left out.
type Options struct {
	Fleet       readers.Fleet
	Statistics  readers.Statistics
	Alarms      readers.Alarms
	Acker       readers.Acker
	Notices     readers.Notices
	Silences    readers.Silences
	Retrier     readers.Retrier
	Optouts     readers.Optouts
	AlarmDialog readers.AlarmDialog
	People      readers.People    // nil: nobody is listed
	Advisor     readers.Advisor   // nil: pages say nothing of editions
	Accounts    readers.Accounts  // nil: no balance is known
	OnCall      readers.OnCall    // nil: there is no rota
	Foresight   readers.Foresight // nil: pages do not say what people will be told
	// Forecaster says when metrics will be full, and LastDay how full they were over the last day; pages say
	// nothing of it without them.
	Forecaster readers.Forecaster
	Teller     Teller // nil: pages do not say who would be told
	LastDay    readers.LastDay
	Links      *links.Signer // of the links in notices; nil: there are none
	// Confirmer and Confirmations: pages ask nobody whether an instance exists when one is nil.
	Confirmer     readers.Confirmer
	Confirmations readers.Confirmations
	// Guide tells how an instance is renewed and changed, in a language;
	// nil: no steps are shown.
	Guide func(*fleet.Instance, words.Language) fleet.Guide
	// ExternalURL is the address of the pages as others know it, for links in the
	// calendar feed. Nil or an empty answer: the address that was asked.
	ExternalURL func() string
	// Title names product and edition for people; nil shows their keys.
	Title func(*fleet.Instance, words.Language) string
	// Remarks are what the operator should see to, a sentence each: warnings about
	// the configuration, and what a cloud does not tell. Nil: there are none.
	Remarks func() []string
	Logger  *slog.Logger
	Version string
	// Phrases is what the pages say; nil makes a new book.
	Phrases *phrases.Book
	// Zone is the time zone of the times on the pages; nil is the server's own.
	Zone *time.Location
	Now  func() time.Time // nil is time.Now
}

func (o *Options) complete() bool {
	return o.Fleet != nil && o.Statistics != nil && o.Alarms != nil && o.Acker != nil && o.Notices != nil && o.Silences != nil && o.Retrier != nil &&
		o.Optouts != nil && o.AlarmDialog != nil && o.Logger != nil
}

// pages answers requests in one language.
type pages struct {
	Options
	log *slog.Logger
	say *phrases.Printer
	set *templates
}

// New returns the handler of all pages.
func New(o Options) (http.Handler, error) {
	if !o.complete() {
		return nil, errors.New("web: Fleet, Statistics, Alarms, Acker, Notices, Silences, Retrier, Optouts, AlarmDialog and Logger must be given")
	}
	if o.Title == nil {
		o.Title = keys
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	assets, err := readAssets()
	if err != nil {
		return nil, err
	}
	if o.Phrases == nil {
		o.Phrases = phrases.New()
	}
	of := make(map[words.Language]http.Handler)
	for _, l := range []words.Language{words.EN, words.ZH} {
		p := &pages{Options: o, log: o.Logger.With("component", "web"), say: o.Phrases.In(l)}
		if p.set, err = parseTemplates(assets, p.say); err != nil {
			return nil, err
		}
		of[l] = p.handler(assets)
	}
	squeezed, err := compressing()
	if err != nil {
		return nil, err
	}
	return squeezed(headers(speaking(of))), nil
}

// compressing compresses what is worth it, for browsers that take that. Fast is enough: the page of
// a list becomes a tenth either way.
func compressing() (func(http.Handler) http.HandlerFunc, error) {
	wrap, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false))
	if err != nil {
		return nil, fmt.Errorf("prepare compression: %w", err)
	}
	return wrap, nil
}

// handler leads to the pages of one language.
func (p *pages) handler(assets assets) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.instances)
	mux.Handle("GET /instances/{$}", http.RedirectHandler("/", http.StatusSeeOther)) // a link from where no instance is known
	mux.HandleFunc("POST /instances/ack", p.ackInstances)
	mux.HandleFunc("POST /instances/silence", p.silenceInstances)
	mux.HandleFunc("GET /instances/{id}", p.instance)
	mux.HandleFunc("POST /instances/{id}/alarms", p.setAlarms)
	if p.Confirmer != nil {
		mux.HandleFunc("POST /instances/{id}/confirm", p.confirm)
	}
	mux.HandleFunc("GET /statistics", p.statisticsPage)
	p.exports(mux)
	mux.HandleFunc("GET /calendar", p.calendar)
	mux.HandleFunc("GET "+feedPath, p.feed)
	mux.HandleFunc("GET /oncall", p.onCall)
	mux.HandleFunc("GET /alarms", p.alarms)
	mux.HandleFunc("POST /alarms/ack", p.ackSeveral)
	mux.HandleFunc("POST /alarms/{code}/ack", p.ack)
	mux.HandleFunc("GET "+links.Path+"{token}", p.link)
	mux.HandleFunc("POST "+links.Path+"{token}", p.useLink)
	mux.HandleFunc("GET "+links.SilencePath+"{token}", p.silenceLink)
	mux.HandleFunc("POST "+links.SilencePath+"{token}", p.useSilenceLink)
	mux.HandleFunc("GET /silences", p.silences)
	mux.HandleFunc("POST /silences", p.addSilence)
	mux.HandleFunc("POST /silences/{id}/end", p.endSilence)
	mux.HandleFunc("GET /notices", p.notices)
	mux.HandleFunc("POST /notices/retry", p.retry)
	mux.HandleFunc("GET /people", p.people)
	mux.Handle("GET "+StaticPath+"{name}", assets)
	mux.HandleFunc("GET /", p.notFound)

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(p.foreign))
	return guard.Handler(mux)
}

// keys names product and edition by their keys in the configuration.
func keys(in *fleet.Instance, _ words.Language) string {
	if in.Edition == "" {
		return in.Product
	}
	return in.Product + " " + in.Edition
}

// headers says what browsers may do with the pages.
func headers(next http.Handler) http.Handler {
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
