package rehearsal

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// rules lists what somebody will be told of.
func rules(f readers.Foretold) []string {
	var out []string
	for _, t := range f.Tellings {
		out = append(out, t.At.Format("2 Jan 15:04 ")+string(t.Rule))
	}
	return out
}

// TestForesight: it looks ahead when it is asked, and again when something is another; what had
// happened before is not told again.
func TestForesight(t *testing.T) {
	// The clock of a bubble begins in the year 2000.
	s := load(t, `contacts: [{name: anna, phone: "+491701234567", time_zone: UTC}]
sms:
  providers: [{name: twilio, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token_env: HOME, from: "+15005550006", base_url: "http://127.0.0.1:1"}]
receivers: [{name: r, sms: [anna]}]
alarms: {notify: [r]}
accounts: [{name: acme, time_zone: UTC}]
instances:
  - {id: a, account: acme, product: redis, edition: community, billing: {method: subscription, expires: 2000-01-05}}
  - {id: b, account: acme, product: redis, edition: community, billing: {method: subscription, expires: 2003-01-05}}
`)
	synctest.Test(t, func(t *testing.T) {
		accounts := s.AccountList()
		f := NewForesight(ForesightOptions{
			Configuration: func() *config.Snapshot { return s }, Accounts: func() []fleet.Account { return accounts }, Logger: slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx) }()
		if _, ready := f.Foretold("a"); ready {
			t.Error("it knows what it has not looked at")
		}
		synctest.Wait()
		got, ready := f.Foretold("a")
		if !ready || len(got.Tellings) == 0 {
			t.Fatalf("nothing is foretold: %v", ready)
		}
		list := rules(got)
		if slices.ContainsFunc(got.Tellings, func(t readers.Telling) bool { return !t.At.After(time.Now()) }) {
			t.Errorf("what was told before is foretold: %q", list)
		}
		if first := list[0]; first != "3 Jan 09:00 expiry" {
			t.Errorf("the first is %s, of %q", first, list)
		}
		if far, ready := f.Foretold("b"); !ready || len(far.Tellings) > 0 {
			t.Errorf("foretold of a term of years: %q", rules(far))
		}
		before := got.From
		<-time.After(foresightPause)
		synctest.Wait()
		if got, _ := f.Foretold("a"); !got.From.Equal(before) {
			t.Error("it looked again, though nothing is another")
		}
		accounts = slices.Clone(accounts)
		accounts[0].OverdueSince = time.Now()
		f.Foretold("a")
		synctest.Wait()
		if got, _ := f.Foretold("a"); got.From.Equal(before) {
			t.Error("it did not look again, though a bill is unpaid")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestForesightIsBounded: of one instance, and of all together, so much is kept.
func TestForesightIsBounded(t *testing.T) {
	from := march(1)
	s := &foreseen{from: from, told: make(map[string]*readers.Foretold)}
	m := Message{At: march(2), About: []About{{InstanceID: "a", DecidedAt: march(2), Kind: alarm.Raised}, {InstanceID: "b", DecidedAt: march(1)}}}
	kept := 0
	for range foretoldMost + 5 {
		kept += s.keep(&m, 1000)
	}
	if kept != foretoldMost || len(s.told["a"].Tellings) != foretoldMost || !s.told["a"].More || s.told["b"] != nil {
		t.Errorf("it keeps %d: %+v", kept, s.told["b"])
	}
	other := Message{At: march(2), About: []About{{InstanceID: "c", DecidedAt: march(2)}}}
	if s.keep(&other, 0) != 0 || !s.told["c"].More {
		t.Error("it keeps more than there is room for")
	}
}
