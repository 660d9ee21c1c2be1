// Package readers holds the small interfaces over which pages and API read how the
// fleet stands and what was recorded, and over which they change what a person may
// change. One set serves both, so that neither knows more than the other.
//
// All of them are safe for use from several goroutines.
package readers

import (
	"context"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// Fleet tells how the instances stand. It does not block.
type Fleet interface {
	// Standings lists all instances in order of their IDs.
	Standings() []fleet.Standing
	// Standing tells how one instance stands; false when there is none with this ID.
	Standing(id string) (fleet.Standing, bool)
}

// Accounts lists the accounts that pay, in order of their names. It does not block.
type Accounts interface {
	Accounts() []fleet.Account
}

// Statistics reads the history of one instance: a series for each metric that was
// recorded between from and to, with a point at each step. People see the text of an
// error.
type Statistics interface {
	Statistics(ctx context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error)
}

// Alarms lists the episodes that are open or were, the newest first.
type Alarms interface {
	Episodes(ctx context.Context, f alarm.EpisodeFilter) ([]alarm.Episode, error)
}

// Acker acknowledges an open episode for somebody. It returns alarm.ErrNoEpisode
// when none with that code is open. To acknowledge twice changes nothing.
type Acker interface {
	Ack(ctx context.Context, code, by string) error
	// AckAll acknowledges several, and returns the codes that no open episode has.
	AckAll(ctx context.Context, codes []string, by string) (missing []string, err error)
}

// Confirmer takes down what somebody says of whether an instance exists whose deletion was due. It returns
// alarm.ErrNotWatched, alarm.ErrNotAsked or alarm.ErrAnswers when it does not.
type Confirmer interface {
	Confirm(ctx context.Context, instance string, gone bool, by string) error
}

// Confirmations lists what people said of whether an instance exists, the newest first.
type Confirmations interface {
	Confirmations(ctx context.Context, instance string) ([]alarm.Said, error)
}

// Notices lists the notices with what became of them, the newest first.
type Notices interface {
	Notices(ctx context.Context, f notifier.Filter) ([]notifier.Record, error)
}

// OnCall lists the rotas, in the order of the configuration. It does not block, and nobody
// may change what it returns.
type OnCall interface {
	Rotas() []rota.Rota
}

// Retrier makes what waits for another attempt be tried now. It does not block.
type Retrier interface {
	TryNow()
}

// Optouts lists the contacts who asked, by STOP, for no more text messages.
type Optouts interface {
	Optouts(ctx context.Context) ([]notifier.Optout, error)
}

// People tells how well each contact can be reached, in order of names.
type People interface {
	People(ctx context.Context) ([]notifier.Reach, error)
}

// Silences keeps the silences. AddSilence returns what it was given with an ID.
type Silences interface {
	Silences(ctx context.Context) ([]notifier.Silence, error)
	AddSilence(ctx context.Context, s notifier.Silence) (notifier.Silence, error)
	RemoveSilence(ctx context.Context, id string) error
}

// AlarmEditor writes settings of an instance's capacity alarms into the
// configuration and puts them into force: all of them or none. It gets only those
// that somebody changed. People see the text of an error, one fault a line; it holds
// no secrets.
type AlarmEditor interface {
	SetAlarms(ctx context.Context, id string, settings map[fleet.Metric]alarm.Setting) error
}

// Advisor tells which edition would fit an instance, and when a metric of it will
// be full; false when there is no such instance or nothing is known. It does not
// block.
type Advisor interface {
	Advice(id string) (advice.Advice, bool)
	Outlook(id string, m fleet.Metric) (advice.Outlook, bool)
}

// Forecaster says when the metrics of an instance reach a capacity if they go on as they do; zero
// for those that do not within a year, or of which not enough is known. It does not block, so that
// a whole fleet can be asked for.
type Forecaster interface {
	Full(id string, capacity *fleet.Amounts, now time.Time) [fleet.NumMetrics]time.Time
}

// Halves is how many half hours of the last day are told apart.
const Halves = 48

// Day is how full an instance was in each half hour of the last day: the highest utilization, by
// metric. The last half hour is the one that now lies in. Below 0 nothing is known.
type Day [fleet.NumMetrics][Halves]float32

// LastDay tells how full an instance was over the last day; false when nothing is known of it. It
// does not block.
type LastDay interface {
	LastDay(id string, now time.Time) (Day, bool)
}
