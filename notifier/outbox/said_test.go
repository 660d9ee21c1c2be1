package outbox

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// script is a course of several instances and accounts, and of those who pay for them.
type script struct {
	start     time.Time
	end       time.Time // when it is judged
	accounts  []fleet.Account
	instances []scripted
	acts      []act
}

// scripted is one instance.
type scripted struct {
	name, account string
	method        fleet.Method
	policy        fleet.Policy
	days          int // until the term ends
	auto, frozen  bool
	downgrade     bool
	repeat        bool
	receivers     []string
}

// act is something that somebody does, some hours after what was done before.
type act struct {
	hours int
	what  string // renew, low, overdue, paid, freeze
	whom  int
}

func drawScript(t *rapid.T) script {
	s := script{start: time.Date(2000, 12, rapid.IntRange(1, 31).Draw(t, "day"), rapid.SampledFrom([]int{0, 7, 16}).Draw(t, "hour"), 0, 0, 0, time.UTC)}
	for i := range rapid.IntRange(1, 2).Draw(t, "accounts") {
		s.accounts = append(s.accounts, fleet.Account{Name: fmt.Sprintf("acme%d", i), Zone: time.UTC, LowBalance: 100e6, Balance: &fleet.Balance{Amount: 500e6, Currency: "CNY"}})
	}
	policies := []fleet.Policy{
		phases(fleet.Subscription, 0, 7), phases(fleet.Subscription, 0, 3), phases(fleet.Subscription, 48, 3),
		phases(fleet.PayAsYouGo, 24, 7), phases(fleet.PayAsYouGo, 0, 3), phases(fleet.PayAsYouGo, 0, 7),
	}
	for i := range policies {
		policies[i].Downgrades = true
	}
	for i := range rapid.IntRange(1, 14).Draw(t, "instances") {
		p := rapid.SampledFrom(policies).Draw(t, "policy")
		one := scripted{
			name: fmt.Sprintf("orders%02dx", i), method: p.Method, policy: p, days: rapid.IntRange(0, 9).Draw(t, "days"),
			auto: rapid.IntRange(0, 4).Draw(t, "auto") == 0, downgrade: rapid.IntRange(0, 5).Draw(t, "downgrade") == 0, repeat: rapid.IntRange(0, 3).Draw(t, "repeat") == 0,
			receivers: rapid.SampledFrom([][]string{{"oncall"}, {"ops"}, {"oncall", "ops"}}).Draw(t, "receivers"),
		}
		if rapid.IntRange(0, 5).Draw(t, "account") > 0 {
			one.account = rapid.SampledFrom(s.accounts).Draw(t, "payer").Name
		}
		s.instances = append(s.instances, one)
	}
	for range rapid.IntRange(0, 8).Draw(t, "acts") {
		s.acts = append(s.acts, act{
			hours: rapid.SampledFrom([]int{2, 12, 24, 24, 48, 72}).Draw(t, "hours"),
			what:  rapid.SampledFrom([]string{"renew", "low", "overdue", "overdue", "paid", "freeze"}).Draw(t, "what"),
			whom:  rapid.IntRange(0, 20).Draw(t, "whom"),
		})
	}
	return s
}

// calendar is the calendar as things stand.
func (s *script) calendar() alarm.Calendar {
	var c alarm.Calendar
	accounts := make(map[string]*fleet.Account)
	for i := range s.accounts {
		a := s.accounts[i]
		accounts[a.Name] = &a
		c.Payers = append(c.Payers, paying(&a))
	}
	for i := range s.instances {
		one := &s.instances[i]
		term := fleet.Term{Method: one.method, AutoRenew: one.auto, Frozen: one.frozen}
		if one.method == fleet.Subscription {
			term.Expires = s.start.Truncate(aDay).AddDate(0, 0, one.days)
		}
		if one.downgrade {
			term.PostExpiration = fleet.Downgrade
		}
		w := watched(one.name, accounts[one.account], term, one.policy)
		if one.repeat {
			w.Rules.Expiry.Repeat, w.Rules.Release.Repeat = aDay, aDay
		}
		c.Terms = append(c.Terms, w)
	}
	return c
}

// do changes how things stand.
func (s *script) do(a act) {
	account := &s.accounts[a.whom%len(s.accounts)]
	one := &s.instances[a.whom%len(s.instances)]
	balance := func(n fleet.Amount) { account.Balance = &fleet.Balance{Amount: n * 1e6, Currency: "CNY"} }
	switch a.what {
	case "renew":
		one.days += 30
	case "freeze":
		one.frozen = !one.frozen
	case "low":
		balance(50)
	case "paid":
		balance(500)
		account.OverdueSince = time.Time{}
	case "overdue":
		balance(-20)
		if account.OverdueSince.IsZero() {
			account.OverdueSince = time.Now().UTC()
		}
	}
}

// listener is somebody who is told, as the judge knows them.
type listener struct {
	target    notifier.Target
	receivers []string
}

func readers() map[string]listener {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		return z
	}
	one := func(name, phone string, l words.Language, z *time.Location) notifier.Target {
		return notifier.Target{Recipient: notifier.Recipient{Name: "sms/" + name, Address: phone}, Language: l, Zone: z}
	}
	return map[string]listener{
		"sms/wei": {one("wei", "+15550000001", words.EN, time.UTC), []string{"oncall"}},
		"sms/li":  {one("li", "+15550000002", words.ZH, zone("Asia/Shanghai")), []string{"oncall"}},
		"sms/bob": {one("bob", "+15550000003", words.EN, zone("America/New_York")), []string{"ops"}},
	}
}

// live lets the course happen.
func (s *script) live(t *testing.T, path string) *dates {
	<-time.After(time.Until(s.start))
	phone := &inbox{}
	receivers := make(map[string][]notifier.Target)
	for _, p := range readers() {
		receivers[p.receivers[0]] = append(receivers[p.receivers[0]], p.target)
	}
	dir := phone.team(receivers, func(e *notifier.Entries) {
		e.Notify = make(map[string][]string)
		for i := range s.instances {
			e.Notify["id-"+s.instances[i].name] = s.instances[i].receivers
		}
	})
	d := judgingFor(t, path, s.calendar(), phone, dir)
	for _, a := range s.acts {
		pass(time.Duration(a.hours) * time.Hour)
		s.do(a)
		if err := d.engine.SetCalendar(t.Context(), s.calendar()); err != nil {
			t.Fatal(err)
		}
	}
	pass(30 * time.Hour)
	s.end = time.Now()
	return d
}

// all are the events that were decided.
func (d *dates) all() (out []*alarm.Event) {
	for i := range d.events {
		out = append(out, &d.events[i])
	}
	return out
}

// soon is how long after an event somebody has to have read of it.
const soon = time.Hour

// judge holds what people read against what was decided.
func (s *script) judge(d *dates) (faults []string) {
	for name, p := range readers() {
		var events []*alarm.Event
		for i := range d.events {
			if ev := &d.events[i]; s.tells(ev, p) {
				events = append(events, ev)
			}
		}
		all := d.all()
		for i, ev := range events {
			if !alarm.Starts(ev.Kind) || ev.At.After(s.end.Add(-soon)) || overtaken(events[i+1:], ev) {
				continue
			}
			said := false
			for _, one := range d.phone.texts {
				said = said || one.to == name && !one.at.Before(ev.At) && one.at.Before(ev.At.Add(soon)) && tellsOf(one.says, ev, all, p)
			}
			if !said {
				faults = append(faults, fmt.Sprintf("%s read nothing of %s: %s %s %s%s until %s", name, ev.Code, ev.Kind, ev.Key.Rule, ev.Key.Account, ev.Key.Instance, ev.Details.At))
			}
		}
	}
	return faults
}

// tells tells whether somebody is told of an event.
func (s *script) tells(ev *alarm.Event, p listener) bool {
	if ev.Instance == nil {
		return p.receivers[0] == "oncall"
	}
	i := slices.IndexFunc(s.instances, func(one scripted) bool { return "id-"+one.name == ev.Instance.ID })
	return slices.Contains(s.instances[i].receivers, p.receivers[0])
}

// overtaken tells whether something newer of the same episode takes the place of an event.
func overtaken(later []*alarm.Event, ev *alarm.Event) bool {
	return slices.ContainsFunc(later, func(o *alarm.Event) bool { return o.Code == ev.Code && o.At.Before(ev.At.Add(soon)) })
}

// tellsOf tells whether a text says an event: it has its code, or it has the name of the instance
// with what happens to it and when, or it counts it with another one of the same account to
// which the same happens on the same day.
func tellsOf(text string, ev *alarm.Event, events []*alarm.Event, p listener) bool {
	if strings.Contains(text, ev.Code+" ") {
		return true
	}
	return ev.Instance != nil && inWords(text, ev, events, p)
}

func inWords(text string, ev *alarm.Event, events []*alarm.Event, p listener) bool {
	l := p.target.Language
	stems := map[alarm.RuleName][]string{
		alarm.Expiry: {"expire", "last day", "到期", "最后一天"}, alarm.Suspension: {"stop", "停"}, alarm.Release: {"delet", "删除", "释放", "销毁"},
		alarm.AutoRenewal: {"renew", "续费"}, alarm.CannotRenew: {"renew", "续费"}, alarm.FrozenRule: {"frozen", "冻结"},
	}[ev.Key.Rule]
	if ev.Key.Rule == alarm.Suspension && ev.Details.Course.Downgrades() {
		stems = []string{"expire", "last day", "到期", "最后一天"}
	}
	has := func(stem string) bool { return strings.Contains(text, stem) }
	if !slices.ContainsFunc(stems, has) || ev.Key.Rule != alarm.FrozenRule && !hasDay(text, ev, p) {
		return false
	}
	if nameIn(text, ev.Instance, events) {
		return true
	}
	for _, found := range regexp.MustCompile(`and (\d+) more|等(\d+)个`).FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(found[1] + found[2])
		if err != nil {
			panic(err)
		}
		if l == words.ZH {
			n--
		}
		alike, led := make(map[string]bool), false
		for _, o := range events {
			if o.Instance == nil || o.Key.Rule != ev.Key.Rule || o.Instance.Account != ev.Instance.Account || !o.At.Equal(ev.At) || !hasDay(text, o, p) {
				continue
			}
			alike[o.Instance.ID] = true
			led = led || nameIn(text, o.Instance, events)
		}
		if led && n < len(alike) {
			return true
		}
	}
	return false
}

// nameIn tells whether a text names an instance: by its name or, where that is shortened, by the
// code of an alarm of it.
func nameIn(text string, in *fleet.Instance, events []*alarm.Event) bool {
	return strings.Contains(text, in.Name) || slices.ContainsFunc(events, func(o *alarm.Event) bool {
		return o.Instance != nil && o.Instance.ID == in.ID && strings.Contains(text, o.Code+" ")
	})
}

// hasDay tells whether a text has the day of what an event tells; of the end of a term, and of
// what comes with it, that is its last day, too.
func hasDay(text string, ev *alarm.Event, p listener) bool {
	at := ev.Details.At
	if ev.Key.Rule == alarm.Suspension && ev.Details.Course.Downgrades() {
		at = ev.Details.Course.From
	}
	days := []time.Time{at}
	if at.Equal(ev.Details.Course.Term.Expires) {
		days = append(days, at.Add(-1))
	}
	for _, at := range days {
		for _, zone := range []*time.Location{p.target.Zone, time.UTC} { // the reader's, and that of the account
			if regexp.MustCompile(`(^|\D)` + words.BriefDate(at, zone, p.target.Language)).MatchString(text) {
				return true
			}
		}
	}
	return false
}

// journal checks what the journal says was told with another.
func (s *script) journal(d *dates) (faults []string) {
	list, err := d.Notices(d.t.Context(), notifier.Filter{Limit: 10_000})
	if err != nil {
		return []string{err.Error()}
	}
	for _, n := range list {
		if !strings.HasPrefix(n.Reason, "told with") || notifier.Ends(n.Kind) {
			continue
		}
		var about *alarm.Event
		events := d.all()
		for _, ev := range events {
			if ev.Code == n.Code && ev.Kind == n.Kind && ev.Instance != nil {
				about = ev
			}
		}
		if about == nil || !inWords(n.Said, about, events, readers()[n.Recipient]) && !overtaken(events, about) {
			faults = append(faults, fmt.Sprintf("%s: %s %s %s is %s, and it says %q", n.Recipient, n.Code, n.Kind, n.Rule, n.Reason, n.Said))
		}
	}
	return faults
}

// TestEveryEventIsSaid: whatever happens to some instances and accounts, for every event that
// begins and everybody who is to hear of it, some text names the instance and what happens to it.
func TestEveryEventIsSaid(t *testing.T) {
	dir := t.TempDir()
	run, failed := 0, false
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScript(rt)
		if run++; run > 40 && !failed { // each is days of several people: so many are enough
			return
		}
		var faults, texts []string
		synctest.Test(t, func(t *testing.T) {
			d := s.live(t, fmt.Sprintf("%s/%d.db", dir, run))
			defer d.stop()
			faults = append(s.judge(d), s.journal(d)...)
			for _, one := range d.phone.texts {
				texts = append(texts, one.at.Format("2 Jan 15:04:05 ")+one.to+" "+one.says)
			}
		})
		if failed = failed || len(faults) > 0; len(faults) > 0 {
			rt.Errorf("%s\n\n%s", strings.Join(faults, "\n"), strings.Join(texts, "\n"))
		}
	})
}
