package alarm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// in2026 is a fixed moment for tests of what is judged by the clock.
func in2026(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// TestWhatARuleSeesOfABalance: the alarm of a low balance ends when the balance is
// more than 5 % above its threshold, that of an unpaid bill when it is paid.
func TestWhatARuleSeesOfABalance(t *testing.T) {
	balance := func(millionths, low fleet.Amount) *fleet.Account {
		return &fleet.Account{Balance: &fleet.Balance{Amount: millionths}, LowBalance: low}
	}
	for _, tt := range []struct {
		name    string
		account *fleet.Account
		rule    RuleName
		want    float64
	}{
		{"unknown", &fleet.Account{LowBalance: 100e6}, LowBalance, enough},
		{"without a threshold", balance(1, 0), LowBalance, enough},
		{"overdrawn, without a threshold", balance(-1, 0), LowBalance, enough},
		{"a millionth below", balance(100e6-1, 100e6), LowBalance, tooLittle},
		{"at the threshold", balance(100e6, 100e6), LowBalance, between},
		{"at 5 % above", balance(105e6, 100e6), LowBalance, between},
		{"more than 5 % above", balance(105e6+1, 100e6), LowBalance, enough},
		{"low is not overdue", balance(1, 100e6), Overdue, enough},
		{"nothing left", balance(0, 100e6), Overdue, enough},
		{"a bill is unpaid", balance(-1, 100e6), Overdue, tooLittle},
		{"a bill is unpaid since", &fleet.Account{OverdueSince: in2026(time.May, 1)}, Overdue, tooLittle},
	} {
		p := Payer{Account: tt.account}
		if got := p.observe(tt.rule); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReasonsOfAccounts(t *testing.T) {
	with := func(low fleet.Amount) Payer {
		return Payer{Account: &fleet.Account{Balance: &fleet.Balance{Amount: 12_500_000, Currency: "CNY"}, LowBalance: low}}
	}
	for _, tt := range []struct {
		payer Payer
		rule  RuleName
		want  string
	}{
		{Payer{Account: &fleet.Account{}}, Overdue, "a bill is unpaid"},
		{with(100e6), Overdue, "its balance is 12.50 CNY"},
		{with(100e6), LowBalance, "its balance is 12.50 CNY, its threshold 100.00"},
		{with(0), LowBalance, "its balance is 12.50 CNY"},
	} {
		if got := tt.payer.reason(tt.rule); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.rule, got, tt.want)
		}
	}
}

// TestEventsOfAccounts: what is not known holds, and says so.
func TestEventsOfAccounts(t *testing.T) {
	now, since := in2026(time.May, 2), in2026(time.May, 1)
	low := func(a *fleet.Balance) *fleet.Account {
		return &fleet.Account{Name: "acme", Balance: a, LowBalance: 100e6}
	}
	for _, tt := range []struct {
		name    string
		account *fleet.Account
		raised  RuleName // before
		want    Event
	}{
		{"overdue since", &fleet.Account{Name: "acme", OverdueSince: since}, "", Event{Kind: Raised, Key: Key{Rule: Overdue}, Reason: "a bill is unpaid", At: since}},
		{"overdue by its balance", &fleet.Account{Name: "acme", Balance: &fleet.Balance{Amount: -1e6, Currency: "CNY"}}, "",
			Event{Kind: Raised, Key: Key{Rule: Overdue}, Reason: "its balance is -1.00 CNY", At: now}},
		{"low", low(&fleet.Balance{Amount: 1e6, Currency: "CNY"}), "", Event{Kind: Raised, Key: Key{Rule: LowBalance}, Reason: "its balance is 1.00 CNY, its threshold 100.00", At: now}},
		{"not known any more", low(nil), LowBalance, Event{Kind: Lost, Key: Key{Rule: LowBalance}, Reason: "the balance is not known", At: now}},
	} {
		j := judgeOf(now)
		j.judge.set(Calendar{Payers: []Payer{{Account: tt.account, Overdue: stateRule(Critical), LowBalance: stateRule(Warning)}}})
		key := Key{Rule: tt.raised, Account: "acme", Metric: NoMetric}
		if tt.raised != "" {
			j.judge.slots[key] = &slot{key: key, state: State{Level: 1}}
		}
		j.payers()
		if len(j.b.commit.Events) != 1 {
			t.Errorf("%s: %+v", tt.name, j.b.commit.Events)
			continue
		}
		ev := j.b.commit.Events[0]
		if ev.Kind != tt.want.Kind || ev.Key.Rule != tt.want.Key.Rule || ev.Reason != tt.want.Reason || !ev.Details.At.Equal(tt.want.At) || ev.Topic != "account/acme" {
			t.Errorf("%s: %+v, %+v", tt.name, ev, ev.Details)
		}
		if next := j.b.changes[0].next; tt.want.Kind == Lost && next.LostReason != "the balance is not known" {
			t.Errorf("%s: %+v", tt.name, next)
		}
	}
}

// TestMomentOfALowBalance is when it was judged, since whenever a bill is unpaid.
func TestMomentOfALowBalance(t *testing.T) {
	now := in2026(time.May, 2)
	a := &fleet.Account{Name: "acme", OverdueSince: in2026(time.May, 1), Balance: &fleet.Balance{Amount: -1}, LowBalance: 100e6}
	j := judgeOf(now)
	j.judge.set(Calendar{Payers: []Payer{{Account: a, LowBalance: stateRule(Warning)}}})
	j.payers()
	if events := j.b.commit.Events; len(events) != 1 || !events[0].Details.At.Equal(now) {
		t.Errorf("%+v", events)
	}
}

// judgeOf judges terms at a moment, of which nobody has heard before.
func judgeOf(now time.Time, terms ...TermWatch) *clockRound {
	cj := &clockJudge{slots: map[Key]*slot{}}
	cj.set(Calendar{Terms: terms})
	j := &clockRound{judge: cj, now: now, next: now.Add(farAhead)}
	j.watches()
	return j
}

// TestInstancesOfAnAccount: what happens first comes first; what has no date comes
// last, and IDs decide where moments are the same.
func TestInstancesOfAnAccount(t *testing.T) {
	acme, other := &fleet.Account{Name: "acme", Zone: time.UTC}, &fleet.Account{Name: "other", Zone: time.UTC}
	end := in2026(time.December, 1)
	free := func(a *fleet.Term) { a.Method = fleet.Free }
	bare := TermWatch{Instance: &fleet.Instance{ID: "no-calendar", Account: "acme"}}
	j := judgeOf(end.AddDate(0, 0, -100), subscribed("z-none", end, acme, free), subscribed("late", end.AddDate(0, 0, 9), acme), subscribed("b", end, acme),
		subscribed("a-none", end, acme, free), subscribed("a", end, acme), subscribed("theirs", end, other), bare)
	var got []string
	for _, a := range j.ofAccount("acme") {
		got = append(got, a.Instance.ID)
	}
	if want := []string{"a", "b", "late", "a-none", "z-none"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestGather: up to fifty events of one account, rule and kind speak for each
// other; of more only the first does. Others speak for themselves.
func TestGather(t *testing.T) {
	for _, n := range []int{1, 2, gatherMost, gatherMost + 1} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			j := judgeOf(in2026(time.May, 1))
			add := func(id, topic string, rule RuleName, kind EventKind) {
				ev := Event{Kind: kind, Topic: topic, Details: &Details{}, Instance: &fleet.Instance{ID: id}}
				ev.Key.Rule = rule
				j.b.commit.Events = append(j.b.commit.Events, ev)
			}
			for i := range n {
				add(fmt.Sprintf("i%02d", i), "account/acme", Suspension, Raised)
			}
			add("another kind", "account/acme", Suspension, Cleared)
			add("another rule", "account/acme", Release, Raised)
			add("another account", "account/other", Suspension, Raised)
			add("by itself", "instance/x", Suspension, Raised)
			add("by itself, too", "instance/x", Suspension, Raised)
			j.b.commit.Events = append(j.b.commit.Events, Event{Topic: "account/acme", Kind: Raised, Key: Key{Rule: Suspension}, Details: &Details{}}, // of the account
				Event{Topic: "account/acme", Kind: Raised, Key: Key{Rule: Suspension}, Instance: &fleet.Instance{ID: "no details"}})
			j.gather()
			for i := range j.b.commit.Events {
				ev := &j.b.commit.Events[i]
				want := 0
				if i == 0 || i < n && n <= gatherMost {
					want = n - 1
				}
				if ev.Details == nil {
					continue
				}
				if got := len(ev.Details.Others); got != want {
					t.Errorf("event %d speaks for %d others, want %d", i, got, want)
				}
				for _, o := range ev.Details.Others {
					if o.Instance == ev.Instance || !strings.HasPrefix(o.Instance.ID, "i") {
						t.Errorf("event %d speaks for %q", i, o.Instance.ID)
					}
				}
			}
		})
	}
}

// TestWhatFollowsFromAnUnpaidBill tells what is news of the account from what is
// news of the instance.
func TestWhatFollowsFromAnUnpaidBill(t *testing.T) {
	since := in2026(time.May, 1)
	broke, paid := &fleet.Account{Name: "acme", OverdueSince: since}, &fleet.Account{Name: "acme"}
	payg := func(a *fleet.Term) { a.Method = fleet.PayAsYouGo }
	bill := func(a *fleet.Term) { a.Method, a.OverdueSince = fleet.PayAsYouGo, since }
	quiet, raised := &slot{}, &slot{state: State{Level: 1}}
	for _, tt := range []struct {
		name  string
		term  TermWatch
		alarm *slot // of the account
		rule  RuleName
		want  bool
	}{
		{"a subscription is suspended", subscribed("a", since, broke), nil, Suspension, false},
		{"a subscription is released", subscribed("a", since, broke), nil, Release, false},
		{"a subscription cannot be renewed", subscribed("a", since, broke), nil, CannotRenew, true},
		{"a subscription expires", subscribed("a", since, broke), nil, Expiry, false},
		{"pay-as-you-go is suspended", subscribed("a", since, broke, payg), nil, Suspension, true},
		{"pay-as-you-go is released", subscribed("a", since, broke, payg), nil, Release, true},
		{"pay-as-you-go is overdue", subscribed("a", since, broke, payg), nil, Overdue, false},
		{"for a bill of its own", subscribed("a", since, broke, bill), nil, Suspension, false},
		{"without an account", subscribed("a", since, nil, payg), raised, Suspension, false},
		{"the account pays", subscribed("a", since, paid, payg), nil, Suspension, false},
		{"the account pays, and has paid long ago", subscribed("a", since, paid, payg), quiet, Suspension, false},
		{"the account has just paid", subscribed("a", since, paid, payg), raised, Suspension, true},
	} {
		j := judgeOf(since)
		if tt.alarm != nil {
			j.judge.slots[Key{Rule: Overdue, Account: "acme", Metric: NoMetric}] = tt.alarm
		}
		if got := j.byAccount(&tt.term, tt.rule); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestLowBalanceOfAnAccountThatOwes: the alarm of the unpaid bill speaks for the low balance.
// Nobody is reminded of that, and it goes on where too little is left after the payment.
func TestLowBalanceOfAnAccountThatOwes(t *testing.T) {
	low := stateRule(Warning)
	low.Repeat = day
	at := func(balance fleet.Amount, overdue *Rule) Calendar {
		a := &fleet.Account{Name: "acme", Zone: time.UTC, Balance: &fleet.Balance{Amount: balance * 1_000_000}, LowBalance: 100_000_000}
		return Calendar{Payers: []Payer{{Account: a, Overdue: overdue, LowBalance: low}}}
	}
	t.Run("low, overdue, and low again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newClockRig(t, at(50, stateRule(Critical)))
			r.want("raised low_balance acme")
			pass(day)
			r.want("reminded low_balance acme")
			r.set(at(-1, stateRule(Critical)))
			r.want("raised overdue acme")
			pass(5 * day)
			r.want()
			r.set(at(50, stateRule(Critical)))
			r.want("cleared overdue acme", "reminded low_balance acme")
			r.set(at(500, stateRule(Critical)))
			r.want("cleared low_balance acme")
			r.stop()
		})
	})
	t.Run("overdue at once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newClockRig(t, at(-1, stateRule(Critical)))
			r.want("raised overdue acme")
			r.set(at(50, stateRule(Critical)))
			r.want("cleared overdue acme", "raised low_balance acme")
			r.stop()
		})
	})
	t.Run("overdue is off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := newClockRig(t, at(-1, nil))
			r.want("raised low_balance acme")
			pass(day)
			r.want("reminded low_balance acme")
			r.stop()
		})
	})
}
