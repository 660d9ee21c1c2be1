package alertmanager

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/notifier"
)

// Store tells what is open, and whom was told of it.
type Store interface {
	// Directory is the one that is in force.
	Directory() *notifier.Directory
	// Standing lists what recipients were told of that is open, or ended lately.
	Standing(ctx context.Context, q notifier.StandingQuery) ([]notifier.Standing, error)
}

// KeeperOptions is what a Keeper is built from.
type KeeperOptions struct {
	Store      Store
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil registers nothing
	Every      time.Duration         // how often it repeats what is open; 0 is a minute
}

// Keeper repeats to each Alertmanager what it was told of and what is open, so that it
// fires there for as long as it is open here; and ends, for a while, so that one that was down
// when an alarm ended hears of it, and one whose labels changed while it fired ends under all
// of them. It is safe for concurrent use.
type Keeper struct {
	store   Store
	log     *slog.Logger
	every   time.Duration
	repeats *prometheus.CounterVec

	mu     sync.Mutex
	failed map[string]failure // by address
}

// failure is an Alertmanager to which nothing could be repeated.
type failure struct {
	name  string // as people are shown it
	since time.Time
	err   error
}

const (
	// endsRepeated is for how long an end is repeated.
	endsRepeated = 15 * time.Minute
	// pageOf is how many episodes are read at once.
	pageOf = 200
	// mostBytes bounds one body.
	mostBytes = 1 << 20
	// parallel is how many Alertmanagers are posted to at the same time.
	parallel = 8
)

// NewKeeper makes a Keeper. Run makes it work.
func NewKeeper(o KeeperOptions) (*Keeper, error) {
	if o.Store == nil || o.Logger == nil {
		return nil, errors.New("alertmanager: Store and Logger must be given")
	}
	k := &Keeper{
		store: o.Store, log: o.Logger.With("component", "alertmanager"), every: cmp.Or(o.Every, time.Minute), failed: make(map[string]failure),
		repeats: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_alertmanager_repeats_total", Help: "Times that open alarms were repeated to an Alertmanager, by outcome: sent or failed.",
		}, []string{"alertmanager", "outcome"}),
	}
	if o.Registerer != nil {
		if err := o.Registerer.Register(k.repeats); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return k, nil
}

// Run repeats what is open, at once and then again and again, until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	again := time.NewTicker(k.every)
	defer again.Stop()
	for {
		k.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
	}
}

// Remarks are the Alertmanagers that did not take what is open the last time, a sentence
// each.
func (k *Keeper) Remarks() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	for _, f := range k.failed {
		out = append(out, fmt.Sprintf("Open alarms have not been repeated to the Alertmanager at %s since %s, so they end there: %v.", f.name, f.since.UTC().Format("2006-01-02 15:04 UTC"), f.err))
	}
	slices.Sort(out)
	return out
}

// manager is one Alertmanager, with all under whose names it is told.
type manager struct {
	address, name string
	recipients    []string
	channels      []*Channel // of those recipients; the first of them posts
}

// managers lists the Alertmanagers of the directory in force, each once.
func (k *Keeper) managers() []*manager {
	by := make(map[string]*manager)
	for t := range k.store.Directory().Targets() {
		ch, ok := t.Channel.(*Channel)
		if !ok {
			continue
		}
		m := by[t.Recipient.Address]
		if m == nil {
			m = &manager{address: t.Recipient.Address, name: t.Recipient.Display}
			by[m.address] = m
		}
		m.recipients, m.channels = append(m.recipients, t.Recipient.Name), append(m.channels, ch)
		if t.Former != "" {
			m.recipients = append(m.recipients, t.Former)
		}
	}
	out := make([]*manager, 0, len(by))
	for _, m := range by {
		out = append(out, m)
	}
	return out
}

// round repeats to each Alertmanager what is open.
func (k *Keeper) round(ctx context.Context) {
	all := k.managers()
	k.forget(all)
	var under sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for _, m := range all {
		slots <- struct{}{}
		under.Go(func() {
			defer func() { <-slots }()
			sent, err := k.keep(ctx, m)
			if ctx.Err() == nil {
				k.heard(m, sent, err)
			}
		})
	}
	under.Wait()
}

// forget drops what is known of Alertmanagers that are configured no more.
func (k *Keeper) forget(all []*manager) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for address, f := range k.failed {
		if !slices.ContainsFunc(all, func(m *manager) bool { return m.address == address }) {
			delete(k.failed, address)
			k.repeats.DeletePartialMatch(prometheus.Labels{"alertmanager": f.name})
		}
	}
}

// heard takes note of how a round went with an Alertmanager.
func (k *Keeper) heard(m *manager, sent bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, failing := k.failed[m.address]
	switch {
	case err == nil && !sent: // it was not called
	case err == nil:
		k.repeats.WithLabelValues(m.name, "sent").Inc()
		delete(k.failed, m.address)
		if failing {
			k.log.Info("open alarms are repeated again", "alertmanager", m.name)
		}
	default:
		k.repeats.WithLabelValues(m.name, "failed").Inc()
		if !failing {
			f = failure{name: m.name, since: time.Now()}
			k.log.Warn("open alarms could not be repeated", "alertmanager", m.name, "error", err)
		}
		f.err = err
		k.failed[m.address] = f
	}
}

// keep repeats to one Alertmanager what is open, page by page. It returns whether
// anything was posted.
func (k *Keeper) keep(ctx context.Context, m *manager) (sent bool, err error) {
	var faults []error
	for after := int64(0); ; {
		some, last, err := k.page(ctx, m, after)
		sent = sent || some
		switch {
		case err != nil && notifier.IsPermanent(err): // one alert is at fault: the others were taken
			faults = append(faults, err)
		case err != nil:
			return sent, err
		}
		if last == 0 {
			return sent, errors.Join(faults...)
		}
		after = last
	}
}

// page repeats some episodes. What is open is read while it has the turn of all who post
// to this Alertmanager: an end that is decided later is posted later. last is the row of the
// last episode; 0 is that there are no more.
func (k *Keeper) page(ctx context.Context, m *manager, after int64) (sent bool, last int64, err error) {
	for _, ch := range m.channels {
		done, err := ch.take(ctx)
		if err != nil {
			return false, 0, err
		}
		defer done()
	}
	now := time.Now()
	list, err := k.store.Standing(ctx, notifier.StandingQuery{
		Channel: "alertmanager", Recipients: m.recipients, Address: m.address, EndedAfter: now.Add(-endsRepeated), After: after, Most: pageOf,
	})
	if err != nil || len(list) == 0 {
		return false, 0, err
	}
	ch := m.channels[0]
	theirs := ch.clock(now)
	var alerts []alert
	for i := range list {
		alerts = append(alerts, repeated(&list[i], theirs)...)
	}
	// All who post here know by this what fires again, also after a start or a reload: the end of
	// the time before, which may still wait, must not end it.
	for _, other := range m.channels {
		other.firing.note(alerts)
	}
	alerts = ch.firing.thin(alerts)
	if len(list) == pageOf {
		last = list[len(list)-1].Row
	}
	var faults []error
	for _, some := range inBodies(alerts) {
		if _, err := ch.post(ctx, some); err != nil {
			if !notifier.IsPermanent(err) {
				return sent, 0, err
			}
			faults = append(faults, err)
		}
		sent = true
	}
	return sent, last, errors.Join(faults...)
}

// repeated writes an episode as it stands: what was told last fires while it is open, and
// all else that was told of it, under other labels, is over.
func repeated(s *notifier.Standing, now time.Time) []alert {
	var out []alert
	seen := make(map[string]bool)
	for i := len(s.Told) - 1; i >= 0; i-- {
		a := s.Told[i].Alert
		id := identity(a.Labels)
		if seen[id] {
			continue
		}
		seen[id] = true
		switch {
		case i < len(s.Told)-1:
			a.Resolved, a.EndsAt = true, s.Told[i+1].At
		case !s.EndedAt.IsZero():
			a.Resolved, a.EndsAt = true, s.EndedAt
		}
		out = append(out, alertOf(&a, ahead, s.Told[i].At, now))
	}
	return out
}

// inBodies divides alerts into bodies that are not too long.
func inBodies(alerts []alert) [][]alert {
	var out [][]alert
	size := 0
	for i := range alerts {
		n := sizeOf(&alerts[i])
		if size == 0 || size+n > mostBytes {
			out, size = append(out, nil), 0
		}
		out[len(out)-1] = append(out[len(out)-1], alerts[i])
		size += n
	}
	return out
}

// sizeOf is how long an alert is in a body, about: signs that JSON escapes count twice.
func sizeOf(a *alert) int {
	n := 200 + len(a.GeneratorURL)
	for _, m := range []map[string]string{a.Labels, a.Annotations} {
		for name, value := range m {
			n += len(name) + 2*len(value) + 6
		}
	}
	return n
}
