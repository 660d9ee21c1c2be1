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
	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/notifier"
)

// Fleet tells how the instances stand. It does not block.
type Fleet interface {
	Standings() []fleet.Standing
	Standing(id string) (fleet.Standing, bool)
}

// Accounts tells what is known of accounts, in order of their names. It does not
// block.
type Accounts interface {
	Accounts() []fleet.Account
}

// Statistics reads the history of one instance: a series for each metric that was
// recorded between from and to, with a point at each step.
type Statistics interface {
	Statistics(ctx context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error)
}

// Alarms reads the episodes that are open or were, the newest first.
type Alarms interface {
	Episodes(ctx context.Context, f alarm.EpisodeFilter) ([]alarm.Episode, error)
}

// Acker acknowledges an open episode for somebody. It returns alarm.ErrNoEpisode
// when none with that code is open. To acknowledge twice changes nothing.
type Acker interface {
	Ack(ctx context.Context, code, by string) error
}

// Notices reads what was told to whom, and what became of it, the newest first.
type Notices interface {
	Notices(ctx context.Context, f notifier.Filter) ([]notifier.Record, error)
}

// AlarmEditor writes settings of an instance's capacity alarms into the
// configuration and takes them into force: all of them or none. An error says what
// is wrong with them, one fault a line, and holds no secrets.
type AlarmEditor interface {
	SetAlarms(ctx context.Context, id string, settings map[fleet.Metric]alarm.Setting) error
}

// Silences keeps the silences. AddSilence returns what it was given with an ID.
type Silences interface {
	Silences(ctx context.Context) ([]notifier.Silence, error)
	AddSilence(ctx context.Context, s notifier.Silence) (notifier.Silence, error)
	RemoveSilence(ctx context.Context, id string) error
}

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

// Advisor tells which edition would fit an instance, and when a metric of it will
// be full; false when there is no such instance or nothing is known. It does not
// block.
type Advisor interface {
	Advice(id string) (advice.Advice, bool)
	Outlook(id string, m fleet.Metric) (advice.Outlook, bool)
}

// Options are what New needs. Now may be left out; so may Advisor, and then there
// are no paths of advice.
type Options struct {
	Fleet       Fleet
	Accounts    Accounts
	Statistics  Statistics
	Alarms      Alarms
	Acker       Acker
	Notices     Notices
	AlarmEditor AlarmEditor
	Silences    Silences
	Reloader    Reloader
	Health      Health
	Advisor     Advisor
	Gatherer    prometheus.Gatherer // Brimwatch's own metrics
	Logger      *slog.Logger
	Now         func() time.Time // nil is time.Now
}

func (o *Options) complete() bool {
	return o.Fleet != nil && o.Accounts != nil && o.Statistics != nil && o.Alarms != nil && o.Acker != nil && o.Notices != nil &&
		o.AlarmEditor != nil && o.Silences != nil && o.Reloader != nil && o.Health != nil && o.Gatherer != nil && o.Logger != nil
}

// server answers requests.
type server struct {
	Options
	log *slog.Logger
}

// New returns the handler of everything below /api/ and /-/, and of /metrics.
func New(o Options) (http.Handler, error) {
	if !o.complete() {
		return nil, errors.New("api: everything but Now and Advisor must be given")
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
	mux.HandleFunc("GET /api/v1/calendar", s.calendar)
	mux.HandleFunc("GET /api/v1/accounts", s.accountList)
	mux.HandleFunc("GET /api/v1/alarms", s.alarms)
	mux.HandleFunc("POST /api/v1/alarms/{code}/ack", s.ack)
	mux.HandleFunc("GET /api/v1/notices", s.notices)
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
