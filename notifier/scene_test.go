package notifier

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/config"
)

// stage is what the scenes of the calendar are played on: the catalogue that is
// shipped, a zone, and the end of a term.
type stage struct {
	*testing.T
	catalogue *config.Catalogue
	zone      *time.Location
	end       time.Time // 5 December 2026, 00:00 in Shanghai
}

func newStage(t *testing.T) *stage {
	t.Helper()
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	if err := os.WriteFile(path, []byte("instances: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	snapshot, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t, snapshot.Catalogue, zone, time.Date(2026, 12, 5, 0, 0, 0, 0, zone).UTC()}
}

func (s *stage) words() Words {
	title := func(in *fleet.Instance, l words.Language) string {
		p := s.catalogue.Products[in.Product]
		if p.Title == "" {
			return in.Product
		}
		return s.catalogue.Title(in, l)
	}
	return Words{ExternalURL: "https://brimwatch.example.com", Title: title, Guide: s.catalogue.Guide}
}

// actor is an instance and who pays for it.
type actor struct {
	in    *fleet.Instance
	payer *fleet.Account
}

// paid is an instance whose term or bill counts from the end.
func (s *stage) paid(name, product, edition string, m fleet.Method) actor {
	in := &fleet.Instance{ID: product + "-cn-0pp1abc", Name: name, Account: "acme", Product: product, Edition: edition}
	in.Term = fleet.Term{Method: m, Policy: s.catalogue.Products[product].Editions[edition].Policies[m]}
	if m == fleet.Subscription {
		in.Term.Expires, in.Term.PostExpiration = s.end, fleet.Release
	} else {
		in.Term.OverdueSince = s.end
	}
	return actor{in, &fleet.Account{Name: "acme", Zone: s.zone}}
}

// but is the same actor with another term.
func (a actor) but(change func(*fleet.Term)) actor {
	in := *a.in
	change(&in.Term)
	return actor{&in, a.payer}
}

// of is the same actor with another account.
func (a actor) of(change func(*fleet.Account)) actor {
	payer := *a.payer
	change(&payer)
	return actor{a.in, &payer}
}

func (s *stage) course(a actor) *fleet.Course {
	c := a.in.Term.Course(s.catalogue.Policies[a.in.Term.Policy], a.payer)
	return &c
}

func (s *stage) affected(a actor, now time.Time) alarm.Affected {
	c := s.course(a)
	return alarm.Affected{Instance: a.in, Course: c, Lifecycle: c.At(now)}
}

// event is what the calendar tells of an actor at a moment.
func (s *stage) event(kind alarm.EventKind, rule alarm.RuleName, a actor, now time.Time) *alarm.Event {
	c := s.course(a)
	ev := &alarm.Event{
		Kind: kind, Key: alarm.Key{Rule: rule, Instance: a.in.ID, Metric: alarm.NoMetric}, Code: "K7Q2",
		At: now, RaisedAt: now, Severity: alarm.Critical, Known: true, Instance: a.in,
	}
	if kind == alarm.Withdrawn {
		return ev
	}
	ev.Details = &alarm.Details{At: moment(c, rule), Course: c, Lifecycle: c.At(now), Account: a.payer}
	if rule == alarm.FrozenRule {
		ev.Details.At = now
	}
	if rule == alarm.AutoRenewal {
		ev.Details.AttemptsLeft = c.Policy.Renewal.Left(c.From, now, c.Zone)
	}
	if kind == alarm.Cleared {
		ev.Details.Renewed = c.Basis == fleet.BasisExpiry && c.From.After(now)
	}
	return ev
}

// moment is what a rule counts to.
func moment(c *fleet.Course, rule alarm.RuleName) time.Time {
	switch rule {
	case alarm.Suspension:
		return c.Begins(fleet.LifecycleSuspended)
	case alarm.Release:
		return c.Begins(fleet.LifecycleReleased)
	case alarm.Overdue:
		return c.Term.OverdueSince
	}
	return c.Term.Expires
}

// accountEvent is what is told of an account and the instances it pays for.
func (s *stage) accountEvent(kind alarm.EventKind, rule alarm.RuleName, payer *fleet.Account, now time.Time, others ...actor) *alarm.Event {
	ev := &alarm.Event{
		Kind: kind, Key: alarm.Key{Rule: rule, Account: payer.Name, Metric: alarm.NoMetric}, Code: "K7Q2",
		At: now, RaisedAt: now, Severity: alarm.Critical, Known: true, Details: &alarm.Details{At: now, Account: payer},
	}
	for _, a := range others {
		a.payer = payer
		ev.Details.Others = append(ev.Details.Others, s.affected(a, now))
	}
	return ev
}
