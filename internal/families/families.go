// Package families tells how the fleet stands as series: the points of every family
// of series.Families, out of what the readers of the fleet, its accounts, alarms,
// silences and forecasts tell. It is the one place where figures become series:
// /metrics and the history show what it hands out.
//
// A Source reads all of it once, and what it read is a Content. A Content hands its
// points to a visitor, one family after the other in the order of series.Families.
//
// Invariants:
//   - no two points of a Content have the same family and labels;
//   - every value is a number: what is not known has no point;
//   - equal Contents hand out equal points in the same order;
//   - nothing is allocated for a point: it is valid until the visitor returns.
//
// A Source is safe for use from several goroutines, a Content is for one at a time.
package families

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
	"github.com/brimwatch/brimwatch/notifier"
)

// Fleet lists how all instances stand, in order of their IDs. It does not block.
type Fleet interface {
	Standings() []fleet.Standing
}

// Accounts lists the accounts, in order of their names. It does not block.
type Accounts interface {
	Accounts() []fleet.Account
}

// Alarms lists episodes, the newest first.
type Alarms interface {
	Episodes(ctx context.Context, f alarm.EpisodeFilter) ([]alarm.Episode, error)
}

// Silences lists the silences that have not ended.
type Silences interface {
	Silences(ctx context.Context) ([]notifier.Silence, error)
}

// Outlooks tells when the metrics of an instance reach their capacities if they go on
// as they do; zero for those that do not, or not soon, and whose capacity is 0. It is
// asked about all instances, and does not block.
type Outlooks interface {
	Full(id string, capacity *fleet.Amounts, now time.Time) [fleet.NumMetrics]time.Time
}

// Options are what a Source reads from. All must be given.
type Options struct {
	Fleet    Fleet
	Accounts Accounts
	Alarms   Alarms
	Silences Silences
	Outlooks Outlooks
	Logger   *slog.Logger
}

// Source reads what the families are made of.
type Source struct {
	Options

	mu      sync.Mutex
	failing map[part]bool // whose newest reading failed
}

// New returns a Source.
func New(o Options) (*Source, error) {
	if o.Fleet == nil || o.Accounts == nil || o.Alarms == nil || o.Silences == nil || o.Outlooks == nil || o.Logger == nil {
		return nil, errors.New("families: all of Options must be given")
	}
	return &Source{Options: o, failing: make(map[part]bool)}, nil
}

// Visit takes one point; it keeps neither the point nor what it refers to.
type Visit func(*series.Point)

// Choice says what is asked for. The zero Choice is everything.
type Choice struct {
	// Family tells whether a family is asked for; nil is all of them.
	Family func(*series.Family) bool
	// Instance tells whether series of an instance's identity are asked for; nil is
	// those of all instances. Figures of the whole fleet and alarms do not depend on
	// it.
	Instance func(*fleet.Instance) bool
	// Account leaves only what belongs to one account: its own series, those of its
	// instances, its figures of the fleet, and the alarms of all of them; "" is all.
	Account string
}

// Content is what was read at one moment.
type Content struct {
	now      time.Time
	account  string
	families []family // that were asked for and could be read, in order

	fleet    []standing  // all instances
	shown    []*standing // those of which series are asked for
	accounts []fleet.Account
	open     []alarm.Episode            // one for each alarm
	alarmed  map[string]*fleet.Instance // by ID, those that open alarms are about
	cover    notifier.Cover
	silences int // in force
	outlooks Outlooks
	groups   []group                   // made when the first family asks for them
	money    map[string]*money.Outlook // by account, likewise
}

// family is a family with what hands out its points.
type family struct {
	series.Family
	walk func(c *Content, f *series.Family, visit Visit)
}

// standing is how an instance stands, with the capacities that count.
type standing struct {
	*fleet.Standing
	limits fleet.Amounts // 0 is not known
}

// Read reads what the families of the choice are made of. It does all that may fail
// or take long. What could not be read is missing in the Content, and the log says
// so.
func (s *Source) Read(ctx context.Context, now time.Time, choice Choice) *Content {
	c := &Content{now: now, account: choice.Account, outlooks: s.Outlooks}
	walkers := walkers()
	var asked []family
	var needed, have part
	for _, f := range series.Families() {
		w, ok := walkers[f.Name]
		if ok && (choice.Family == nil || choice.Family(&f)) {
			asked = append(asked, family{f, w.walk})
			needed |= w.needs
		}
	}
	if needed&instances != 0 {
		c.readInstances(s.Fleet.Standings(), choice)
		have |= instances
	}
	if needed&accounts != 0 {
		c.accounts = s.Accounts.Accounts()
		have |= accounts
	}
	if needed&episodes != 0 && s.readEpisodes(ctx, c) {
		have |= episodes
	}
	c.findAlarmed()
	if needed&silences != 0 && s.readSilences(ctx, c) {
		have |= silences
	}
	for _, f := range asked {
		if walkers[f.Name].needs&^have == 0 {
			c.families = append(c.families, f)
		}
	}
	return c
}

// readInstances takes how the instances stand. What limits them is worked out once:
// several families are made of it.
func (c *Content) readInstances(all []fleet.Standing, choice Choice) {
	c.fleet = make([]standing, len(all))
	c.shown = make([]*standing, 0, len(all))
	for i := range all {
		st := &c.fleet[i]
		st.Standing = &all[i]
		for m := range fleet.Metric(fleet.NumMetrics) {
			if limit := st.Instance.Limit(st.Reading, m); limit.Known() {
				st.limits[m] = limit.Value
			}
		}
		if c.of(st.Instance.Account) && (choice.Instance == nil || choice.Instance(st.Instance)) {
			c.shown = append(c.shown, st)
		}
	}
}

// of tells whether what belongs to an account is asked for.
func (c *Content) of(account string) bool { return c.account == "" || c.account == account }

// Each hands every point to visit, family after family.
func (c *Content) Each(visit Visit) {
	for i := range c.families {
		f := &c.families[i]
		f.walk(c, &f.Family, visit)
	}
}

// Figures hands every point of the wanted families to visit, and returns the names of
// the families that could be read: of these there are no other points. It is how the
// history asks.
func (s *Source) Figures(ctx context.Context, now time.Time, wanted func(*series.Family) bool, visit func(*series.Point)) (read []string) {
	c := s.Read(ctx, now, Choice{Family: wanted})
	c.Each(visit)
	for i := range c.families {
		read = append(read, c.families[i].Name)
	}
	return read
}

// note logs when something could not be read, once when that begins and once when it
// ends. What was given up by who asked says nothing.
func (s *Source) note(ctx context.Context, p part, err error) {
	if err != nil && ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	before := s.failing[p]
	s.failing[p] = err != nil
	s.mu.Unlock()
	switch {
	case err != nil && !before:
		s.Logger.ErrorContext(ctx, "series are missing from the metrics until they can be read again", "missing", p.String(), "error", err)
	case err == nil && before:
		s.Logger.InfoContext(ctx, "series that were missing from the metrics are back", "missing", p.String())
	}
}
