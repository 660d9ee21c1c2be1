package daemon

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

const paying = `server: {listen: "127.0.0.1:0"}
storage: {dir: "DIR/data", retention: 1d}
accounts:
  - {name: acme, provider: aliyun, access_key_id: LTAI5tExample, access_key_secret: very-secret, endpoint: "CLOUD", low_balance: 500}
instances:
  - {id: used, account: acme, product: mqtt, edition: basic, billing: {method: payg}}
  - {id: bought, account: acme, product: mqtt, edition: basic, billing: {expires: 2099-12-31}}
`

// payersRig is a daemon of which the engine runs, and whose Poller asks when a
// test says so.
type payersRig struct {
	t      *testing.T
	d      *Daemon
	poller *accounts.Poller
	now    time.Time
}

func newPayersRig(t *testing.T, path string) *payersRig {
	t.Helper()
	r := &payersRig{t: t, d: judging(t, path), now: time.Now()}
	r.poller = accounts.NewPoller(r.d.accounts, r.d.ledger, r.d.state, r.d.balancesChanged)
	return r
}

// ask asks for balances, two hours after they were asked for last.
func (r *payersRig) ask() {
	r.t.Helper()
	r.now = r.now.Add(2 * time.Hour)
	r.poller.Round(r.t.Context(), r.now)
}

// page is what an address answers.
func (r *payersRig) page(address string) string {
	r.t.Helper()
	w := get(r.t, r.d, address)
	if w.Code != http.StatusOK {
		r.t.Fatalf("%s: %d %s", address, w.Code, w.Body)
	}
	return w.Body.String()
}

// holds fails the test unless a page holds a text.
func (r *payersRig) holds(address, text string) {
	r.t.Helper()
	if got := r.page(address); !strings.Contains(got, text) {
		r.t.Errorf("%s does not hold %s:\n%s", address, text, got)
	}
}

// state is where an instance stands.
func (r *payersRig) state(id string) string {
	st, _ := r.d.view.Standing(id)
	return string(st.Lifecycle.State)
}

// open lists the open alarms about the account.
func (r *payersRig) open() string {
	r.t.Helper()
	episodes, err := r.d.outbox.Episodes(r.t.Context(), alarm.EpisodeFilter{Open: true})
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for i := range episodes {
		if k := episodes[i].Key; k.Account != "" {
			out = append(out, string(k.Rule))
		}
	}
	return strings.Join(out, " ")
}

// TestABalanceReachesAll: what a cloud tells of a balance is judged, shown and
// kept; what it does not tell changes nothing.
func TestABalanceReachesAll(t *testing.T) {
	s, endpoint := aCloud(t)
	has := func(amount string) {
		s.Change(func(accounts []*cloud.Account) { accounts[0].Balance.AvailableAmount = amount })
	}
	path := writeConfig(t, strings.ReplaceAll(paying, "CLOUD", endpoint), nil)
	r := newPayersRig(t, path)
	if got := r.state("used"); got != "unknown" {
		t.Errorf("without a balance what is paid for by use is %s", got)
	}
	r.holds("/api/v1/accounts", `"balance":null`)

	r.ask()
	if got := r.state("used") + " " + r.open(); got != "active " {
		t.Errorf("with a balance: %s", got)
	}
	r.holds("/api/v1/accounts", `"balance":{"amount":"1000.00","currency":"CNY","at":"`)
	r.holds("/metrics", `brimwatch_account_balance{account="acme",currency="CNY"} 1000`)
	r.holds("/metrics", `brimwatch_account_low_balance_mark{account="acme",currency="CNY"} 500`)

	has("499.99")
	r.ask()
	if got := r.open(); got != "low_balance" {
		t.Errorf("below its mark: open are %s", got)
	}
	has("-11.19")
	r.ask()
	if got := r.state("used") + " " + r.state("bought"); got != "grace active" {
		t.Errorf("overdue: %s", got)
	}
	if got := r.open(); !strings.Contains(got, "overdue") {
		t.Errorf("overdue: open are %s", got)
	}
	r.holds("/metrics", `brimwatch_account_overdue{account="acme",currency="CNY"} 1`)
	since := r.d.view.Accounts()[0].OverdueSince

	for _, fault := range []cloud.Fault{{Answer: cloud.AnswerFault}, {Answer: cloud.AnswerPage}, {Answer: cloud.AnswerHTML}, {Answer: cloud.AnswerEmpty}} {
		s.SetFault("", fault)
		r.ask()
		if got := r.d.view.Accounts()[0]; got.Balance == nil || got.Balance.Amount.String() != "-11.19" || !got.OverdueSince.Equal(since) {
			t.Errorf("after a fault: %+v", got)
		}
		r.holds("/", "account acme: its balance cannot be asked for")
	}

	// Another process on the same folder knows it before it has asked.
	if err := r.d.ledger.Save(); err != nil {
		t.Fatal(err)
	}
	again := accounts.OpenLedger(r.d.initial.Storage.Dir, r.d.log).Join(r.d.initial.AccountList(), time.Now())[0]
	if again.Balance == nil || again.Balance.Amount.String() != "-11.19" || !again.OverdueSince.Equal(since) {
		t.Errorf("after a restart: %+v", again)
	}

	s.SetFault("", cloud.Fault{})
	has("12000")
	r.ask()
	if got := r.state("used") + " " + r.open(); got != "active " {
		t.Errorf("after a payment: %s", got)
	}
	if got := r.page("/"); strings.Contains(got, "cannot be asked for") {
		t.Error("the page still says that it cannot be asked for")
	}
}

// TestABalanceByHandOnReload: what is written in the file is in force at once, and
// the cloud is asked no more.
func TestABalanceByHandOnReload(t *testing.T) {
	_, endpoint := aCloud(t)
	path := writeConfig(t, strings.ReplaceAll(paying, "CLOUD", endpoint), nil)
	r := newPayersRig(t, path)
	edit(t, path, "low_balance: 500", `low_balance: 500, balance: {amount: "-7.5", currency: EUR}`)
	if _, err := r.d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.ask()
	r.holds("/api/v1/accounts", `"balance":{"amount":"-7.50","currency":"EUR","at":null},"overdue":true`)
	if got := r.state("used"); got != "grace" {
		t.Errorf("overdue: %s", got)
	}
	edit(t, path, `, balance: {amount: "-7.5", currency: EUR}`, "")
	if _, err := r.d.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.ask()
	r.holds("/api/v1/accounts", `"balance":{"amount":"1000.00","currency":"CNY","at":"`)
	if got := r.state("used") + " " + r.open(); got != "active " {
		t.Errorf("asked again: %s", got)
	}
}
