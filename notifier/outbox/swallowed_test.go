package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// inbox is the phone of somebody, with what it got.
type inbox struct {
	mu    sync.Mutex
	texts []text
}

// text is one text message.
type text struct {
	at    time.Time
	to    string
	says  string
	codes []string // of the notices that are part of it
}

func (*inbox) Bundle() int { return 1000 }

func (b *inbox) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	got := text{at: time.Now(), to: m.Recipient.Name, says: m.Text}
	for i := range m.Notices {
		got.codes = append(got.codes, m.Notices[i].Code)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.texts = append(b.texts, got)
	return notifier.Receipt{Status: notifier.Delivered}, nil
}

func (b *inbox) all() (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.texts {
		out = append(out, t.says)
	}
	return out
}

// clear forgets what came.
func (b *inbox) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.texts = nil
}

// dates is an engine that judges a calendar, before an outbox, with what it decided.
type dates struct {
	*rig
	phone  *inbox
	engine *alarm.Engine

	mu     sync.Mutex
	events []alarm.Event
}

// Commit is that of the outbox, and writes down what was decided.
func (d *dates) Commit(ctx context.Context, c alarm.Commit) error {
	err := d.Outbox.Commit(ctx, c)
	if err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.events = append(d.events, c.Events...)
	}
	return err
}

// team leads to the phone of people, in receivers.
func (b *inbox) team(receivers map[string][]notifier.Target, changes ...func(*notifier.Entries)) *notifier.Directory {
	e := notifier.Entries{Receivers: make(map[string]notifier.Receiver), Default: []string{"oncall"}}
	for name, people := range receivers {
		r := notifier.Receiver{Name: name}
		for _, p := range people {
			p.Channel, p.Recipient.Channel = b, "sms"
			r.Targets = append(r.Targets, p)
		}
		e.Receivers[name] = r
	}
	for _, change := range changes {
		change(&e)
	}
	return notifier.NewDirectory(e)
}

// wei reads English, in UTC.
func wei() notifier.Target {
	return notifier.Target{Recipient: notifier.Recipient{Name: "sms/wei", Address: "+15550000001"}, Zone: time.UTC}
}

// judging starts an engine and an outbox on a calendar of which wei is told.
func judging(t *testing.T, path string, c alarm.Calendar) *dates {
	t.Helper()
	phone := &inbox{}
	return judgingFor(t, path, c, phone, phone.team(map[string][]notifier.Target{"oncall": {wei()}}))
}

func judgingFor(t *testing.T, path string, c alarm.Calendar, phone *inbox, dir *notifier.Directory) *dates {
	t.Helper()
	d := &dates{phone: phone, rig: open(t, path, dir).start()}
	engine, err := alarm.NewEngine(t.Context(), alarm.Options{
		Journal: d, Calendar: c, Logger: slog.New(slog.DiscardHandler), Registerer: prometheus.NewRegistry(), Tick: 10 * time.Minute, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.engine = engine
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	closed := d.stop
	d.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		closed()
	}
	synctest.Wait()
	return d
}

const aDay = 24 * time.Hour

// usual are the rules of the calendar as they are shipped.
func usual() *alarm.CalendarRules {
	ahead := &alarm.Leads{Before: []time.Duration{7 * aDay, 3 * aDay, aDay, 0}}
	return &alarm.CalendarRules{
		Expiry: ahead, Release: ahead, Suspension: &alarm.Leads{Before: []time.Duration{aDay, 0}},
		AutoRenewal: &alarm.Leads{}, CannotRenew: &alarm.Leads{Before: []time.Duration{30 * aDay}}, Overdue: &alarm.Leads{Before: []time.Duration{0}},
		Frozen: &alarm.Rule{Levels: []alarm.Level{{Severity: alarm.Warning, Threshold: 1, Clear: 0.5}}},
	}
}

// paying is an account with the rules as they are shipped.
func paying(a *fleet.Account) alarm.Payer {
	rule := func(s alarm.Severity) *alarm.Rule {
		return &alarm.Rule{Levels: []alarm.Level{{Severity: s, Threshold: 1, Clear: 0.5}}}
	}
	p := alarm.Payer{Account: a, Overdue: rule(alarm.Critical), LowBalance: rule(alarm.Warning)}
	p.LowBalance.Repeat = aDay
	return p
}

// phases is a policy: days or hours of grace, days of suspension, and then the release.
func phases(method fleet.Method, graceHours, suspendedDays int) fleet.Policy {
	p := fleet.Policy{Name: "test", Method: method, Renewal: fleet.Renewal{First: 9, Last: 1}}
	if graceHours > 0 {
		p.Phases = append(p.Phases, fleet.Phase{State: fleet.LifecycleGrace, Hours: graceHours})
	}
	return fleet.Policy{Name: p.Name, Method: method, Renewal: p.Renewal, Phases: append(p.Phases,
		fleet.Phase{State: fleet.LifecycleSuspended, Days: suspendedDays}, fleet.Phase{State: fleet.LifecycleReleased})}
}

// watched is the calendar of one instance.
func watched(name string, a *fleet.Account, term fleet.Term, p fleet.Policy) alarm.TermWatch {
	in := &fleet.Instance{ID: "id-" + name, Name: name, Product: "mqtt", Term: term}
	if a != nil {
		in.Account = a.Name
	}
	course := term.Course(p, a)
	return alarm.TermWatch{Instance: in, Course: &course, Account: a, Rules: usual()}
}

// broke is an account that is below its threshold, and overdue since a moment.
func broke(name string, since time.Time) *fleet.Account {
	return &fleet.Account{Name: name, Zone: time.UTC, Balance: &fleet.Balance{Amount: -50e6, Currency: "CNY"}, LowBalance: 100e6, OverdueSince: since}
}

// says checks that some text has all of the words.
func (d *dates) says(words ...string) {
	d.t.Helper()
	texts := d.phone.all()
	for _, one := range texts {
		missing := false
		for _, w := range words {
			missing = missing || !strings.Contains(one, w)
		}
		if !missing {
			return
		}
	}
	d.t.Errorf("no text says %q:\n%s", words, strings.Join(texts, "\n"))
}

// TestAReminderSwallowsNothing: a day after bills of three instances became overdue the reminder
// of the low balance and their stop come at the same tick.
func TestAReminderSwallowsNothing(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		acme := broke("acme", time.Time{})
		acme.Balance.Amount = 50e6
		payg, policy := fleet.Term{Method: fleet.PayAsYouGo, OverdueSince: time.Now()}, phases(fleet.PayAsYouGo, 24, 7)
		d := judging(t, path, alarm.Calendar{
			Payers: []alarm.Payer{paying(acme)},
			Terms:  []alarm.TermWatch{watched("orders", acme, payg, policy), watched("stock", acme, payg, policy), watched("mail", acme, payg, policy)},
		})
		defer d.stop()
		pass(20 * time.Minute)
		d.says("acme", "balance low")
		d.says("orders and 2 more: stops 2 Jan, bill unpaid")
		d.phone.clear()
		pass(aDay)
		d.says("acme", "balance low")
		d.says("orders", "2 more", "stopped 2 Jan")
		d.says("orders", "2 more", "will be deleted 9 Jan")
		for _, line := range d.listed() {
			if strings.Contains(line, "dropped") {
				t.Error(line)
			}
		}
		first := d.phone.texts[0].says
		if !strings.HasPrefix(first, "7 alarms (1 still on), 3 critical: ") {
			t.Errorf("it begins with %q", first)
		}
	})
}

// TestOneDateIsTrueForAll: three are due for deletion when two others have a week left.
func TestOneDateIsTrueForAll(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		acme := broke("acme", time.Now())
		acme.LowBalance = 0
		week, fortnight := phases(fleet.PayAsYouGo, 0, 7), phases(fleet.PayAsYouGo, 0, 14)
		payg := fleet.Term{Method: fleet.PayAsYouGo}
		<-time.After(7 * aDay)
		d := judging(t, path, alarm.Calendar{Payers: []alarm.Payer{paying(acme)}, Terms: []alarm.TermWatch{
			watched("a", acme, payg, fortnight), watched("b", acme, payg, week), watched("c", acme, payg, week), watched("d", acme, payg, fortnight), watched("e", acme, payg, week),
		}})
		defer d.stop()
		pass(10 * time.Minute)
		d.says("b and 2 more: due for deletion since 8 Jan")
		d.says("a will be deleted 15 Jan", "d will be deleted 15 Jan")
		d.says("acme", "overdue")
		d.says("and 4 more", "stopped 1 Jan")
		for _, one := range d.phone.all() {
			if strings.Contains(one, "4 more: will be deleted") || strings.Contains(one, "4 more: due") {
				t.Errorf("one date for all: %s", one)
			}
		}
	})
}

// TestOneThingOfOneInstanceIsOneText: the term is over, the service stops, and the deletion is
// a week away. The text of the first says all of it.
func TestOneThingOfOneInstanceIsOneText(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().Add(aDay)
		d := judging(t, path, alarm.Calendar{Terms: []alarm.TermWatch{
			watched("orders", nil, fleet.Term{Method: fleet.Subscription, Expires: end}, phases(fleet.Subscription, 0, 7)),
		}})
		defer d.stop()
		pass(time.Hour)
		d.phone.clear()
		pass(aDay)
		if texts := d.phone.all(); len(texts) != 1 || !strings.Contains(texts[0], "CRITICAL orders: expired") || !strings.Contains(texts[0], "stop") || !strings.Contains(texts[0], "deletion") || !strings.Contains(texts[0], "9 Jan") {
			t.Errorf("%d texts: %q", len(texts), texts)
		}
		var told []string
		records, err := d.Notices(t.Context(), notifier.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range records {
			told = append(told, fmt.Sprintf("%s %s %s", n.Rule, n.State, n.Reason))
		}
		code := strings.Fields(d.phone.all()[0])[0]
		want(t, "the journal", told[:3], "release delivered told with "+code, "suspension delivered told with "+code, "expiry delivered ")
	})
}

// TestTwoHundredOfOneUnpaidAccount: half of them billed by use, half paid in advance for up to
// thirty days. Each moment is said, in so many messages.
func TestTwoHundredOfOneUnpaidAccount(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		acme := broke("acme", time.Now())
		c := alarm.Calendar{Payers: []alarm.Payer{paying(acme)}}
		for i := range 100 {
			c.Terms = append(c.Terms, watched(fmt.Sprintf("payg-%03d", i), acme, fleet.Term{Method: fleet.PayAsYouGo}, phases(fleet.PayAsYouGo, 24, 7)),
				watched(fmt.Sprintf("paid-%03d", i), acme, fleet.Term{Method: fleet.Subscription, Expires: time.Now().Add(time.Duration(8+i%22) * aDay)}, phases(fleet.Subscription, 0, 7)))
		}
		d := judging(t, path, c)
		defer d.stop()
		pass(time.Hour)
		texts := d.phone.all()
		d.says("and 99 more: stops 2 Jan")
		for i := range 22 { // of each day the first, and the others counted
			d.says(fmt.Sprintf("paid-%03d and ", i), "cannot be renewed")
		}
		if len(texts) > 12 {
			t.Errorf("%d messages:\n%s", len(texts), strings.Join(texts, "\n"))
		}
		t.Logf("%d messages until %s:\n%s", len(texts), d.phone.texts[len(texts)-1].at.Format("15:04:05"), strings.Join(texts, "\n"))
	})
}
