// Package api serves the JSON API of Brimwatch: how instances stand, their history,
// what lies ahead of them, alarms, notices and silences; and the paths that keep the process: healthy, ready,
// reload.
//
// What is shown and done goes through the small interfaces below; the package keeps
// no state. Requests that change something are refused when a browser sends them
// from a page of another site.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"github.com/brimwatch/brimwatch/internal/readers"
)

// Reloader loads the configuration anew. What it returns is sent as JSON and says
// what changed. After an error nothing has changed; its text has one fault a line.
type Reloader interface {
	Reload(ctx context.Context) (any, error)
}

// Health tells whether the process does its work. Ready returns what is missing, in
// words for people, and nil when instances are watched and decisions can be stored.
type Health interface {
	Ready(ctx context.Context) error
}

// Remarker is the optional power of a Health to say what a process that does its work
// does not do in full, in words for people.
type Remarker interface {
	Remarks() []string
}

// Options are what New needs. Now may be left out; so may Advisor, People, OnCall, Explainer, Confirmer and Confirmations, and then
// there are no paths of theirs.
type Options struct {
	Fleet       readers.Fleet
	Accounts    readers.Accounts
	Statistics  readers.Statistics
	Alarms      readers.Alarms
	Acker       readers.Acker
	Notices     readers.Notices
	Retrier     readers.Retrier
	AlarmEditor readers.AlarmEditor
	Silences    readers.Silences
	OnCall      readers.OnCall // nil: there is no path of it
	Reloader    Reloader
	Health      Health
	Advisor     readers.Advisor
	People      readers.People // nil: nobody is listed
	Explainer   Explainer      // nil: there is no path of it
	// Confirmer and Confirmations: there are no paths of them when one is nil.
	Confirmer     readers.Confirmer
	Confirmations readers.Confirmations
	Metrics       *Exposition
	Logger        *slog.Logger
	Now           func() time.Time // nil is time.Now
}

func (o *Options) complete() bool {
	return o.Fleet != nil && o.Accounts != nil && o.Statistics != nil && o.Alarms != nil && o.Acker != nil && o.Notices != nil && o.Retrier != nil &&
		o.AlarmEditor != nil && o.Silences != nil && o.Reloader != nil && o.Health != nil && o.Metrics != nil && o.Logger != nil
}

// server answers requests.
type server struct {
	Options
	log *slog.Logger
}

// New returns the handler of everything below /api/ and /-/, and of /metrics.
func New(o Options) (http.Handler, error) {
	if !o.complete() {
		return nil, errors.New("api: everything but Now, Advisor, People, OnCall, Explainer, Confirmer and Confirmations must be given")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &server{Options: o, log: o.Logger.With("component", "api")}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/instances", s.instances)
	mux.HandleFunc("GET /api/v1/instances/{id}", s.instance)
	mux.HandleFunc("GET /api/v1/instances/{id}/statistics", s.statistics)
	mux.HandleFunc("PUT /api/v1/instances/{id}/alarms", s.setAlarms)
	if o.Advisor != nil {
		mux.HandleFunc("GET /api/v1/advice", s.adviceOfAll)
		mux.HandleFunc("GET /api/v1/instances/{id}/advice", s.adviceOfOne)
	}
	if o.Explainer != nil {
		mux.HandleFunc("GET /api/v1/instances/{id}/explain", s.explain)
	}
	if o.Confirmer != nil && o.Confirmations != nil {
		mux.HandleFunc("POST /api/v1/instances/{id}/confirm", s.confirm)
		mux.HandleFunc("GET /api/v1/instances/{id}/confirmations", s.confirmations)
	}
	mux.HandleFunc("GET /api/v1/calendar", s.calendar)
	mux.HandleFunc("GET /api/v1/accounts", s.accountList)
	if o.OnCall != nil {
		mux.HandleFunc("GET /api/v1/oncall", s.onCall)
	}
	mux.HandleFunc("GET /api/v1/alarms", s.alarms)
	mux.HandleFunc("POST /api/v1/alarms/{code}/ack", s.ack)
	mux.HandleFunc("POST /api/v1/alarms/ack", s.ackSeveral)
	mux.HandleFunc("GET /api/v1/notices", s.notices)
	mux.HandleFunc("POST /api/v1/notices/retry", s.retry)
	if o.People != nil {
		mux.HandleFunc("GET /api/v1/people", s.people)
	}
	mux.HandleFunc("GET /api/v1/silences", s.silences)
	mux.HandleFunc("POST /api/v1/silences", s.addSilence)
	mux.HandleFunc("DELETE /api/v1/silences/{id}", s.removeSilence)
	mux.HandleFunc("GET /-/healthy", s.healthy)
	mux.HandleFunc("GET /-/ready", s.ready)
	mux.HandleFunc("POST /-/reload", s.reload)

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(s.foreign))
	compressed, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(1))
	if err != nil {
		return nil, err
	}
	// The exposition compresses itself, as it is written.
	all := http.NewServeMux()
	all.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /metrics", s.metrics) // only the answer to other methods comes from there
	all.Handle("/", compressed(headers(guard.Handler(s.inJSON(mux)))))
	return all, nil
}

// headers are sent with every answer: it is data of this moment, not a page.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
