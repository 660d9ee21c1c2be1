package keys_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/heard"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/internal/keys"
	"github.com/brimwatch/brimwatch/internal/links"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

const (
	account  = "AC0123456789abcdef0123456789abcdef"
	token    = "an-auth-token-of-a-test"
	external = "https://brimwatch.example.com/monitor"
	wei      = "+8613800138000"
)

// inMemory is a network of handlers.
type inMemory struct{ http.Handler }

func (h inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r.URL.Path = strings.TrimPrefix(r.URL.Path, "/monitor")
	in := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.RequestURI(), r.Body)
	in.Header = r.Header
	h.ServeHTTP(w, in)
	return w.Result(), nil
}

// quiet is a channel that takes everything, and notes for whom.
type quiet struct{ told, said *[]string }

func (q quiet) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	for i := range m.Notices {
		*q.said = append(*q.said, m.Notices[i].Text)
		*q.told = append(*q.told, fmt.Sprintf("%s %s %s", m.Recipient.Name, m.Notices[i].Kind, m.Notices[i].Rule))
	}
	return notifier.Receipt{Status: notifier.Delivered}, nil
}

// rig is an outbox with a receiver whose people get text messages, whose Wei is called after
// five minutes, and whose manager is told after an hour.
type rig struct {
	*outbox.Outbox
	t     *testing.T
	phone *phone.Server
	told  []string // text messages
	said  []string // what they say
	acks  []string
}

// Ack does what the engine does.
func (r *rig) Ack(ctx context.Context, code, by string) error {
	r.acks = append(r.acks, code+" by "+by)
	return r.Commit(ctx, commitOf(alarm.Acked, code, alarm.Critical))
}

func commitOf(kind alarm.EventKind, code string, s alarm.Severity) alarm.Commit {
	key := alarm.Key{Rule: alarm.Capacity, Instance: "mqtt-" + code, Metric: fleet.Connections}
	state := alarm.State{Level: 2, Code: code, RaisedAt: 1}
	if kind == alarm.Acked {
		state.AckedBy = "wei"
	}
	if notifier.Ends(kind) {
		state = alarm.State{}
	}
	return alarm.Commit{
		States: []alarm.Record{{Key: key, State: state}},
		Events: []alarm.Event{{
			Kind: kind, Key: key, Code: code, At: time.Now().UTC(), RaisedAt: time.UnixMilli(1).UTC(), Severity: s, By: "wei",
			Known: true, Usage: 97, Capacity: 100, Threshold: 0.9, Instance: &fleet.Instance{ID: "mqtt-" + code, Name: "Orders"},
		}},
	}
}

func (r *rig) happen(kind alarm.EventKind, code string, s alarm.Severity) {
	r.t.Helper()
	if err := r.Commit(r.t.Context(), commitOf(kind, code, s)); err != nil {
		r.t.Fatal(err)
	}
}

// pass lets time go by; the telephone posts what is due each second.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	for range d / time.Second {
		<-time.After(time.Second)
		if err := r.phone.Notify(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
	}
	synctest.Wait()
}

func start(t *testing.T, language words.Language) *rig {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	signer, r := links.New(), &rig{t: t}
	hooks := &later{}
	var err error
	r.phone, err = phone.New(phone.Options{AccountSID: account, AuthToken: token, Callbacks: inMemory{hooks}})
	if err != nil {
		t.Fatal(err)
	}
	caller, err := twilio.NewCaller(twilio.CallerOptions{
		AccountSID: account, AuthToken: token, From: "+15005550006", BaseURL: "http://phone", Transport: inMemory{r.phone},
		KeyAddress: external + twilio.KeyPath, StatusCallback: external + twilio.StatusPath,
	})
	if err != nil {
		t.Fatal(err)
	}
	caller.TakeKeys(keys.Tokens(signer, time.Now))
	to := func(name string, ch notifier.Channel) notifier.Target {
		kind, who, _ := strings.Cut(name, "/")
		return notifier.Target{Recipient: notifier.Recipient{Channel: kind, Name: name, Address: wei, Display: who}, Channel: ch, Zone: time.UTC, Language: language}
	}
	boss := to("sms/boss", quiet{&r.told, &r.said})
	boss.Recipient.Address = "+4930000000"
	d := notifier.NewDirectory(notifier.Entries{Words: notifier.Words{Heard: heard.New(heard.OfCalls())}, Default: []string{"oncall"}, Fallback: []string{"bosses"}, Receivers: map[string]notifier.Receiver{
		"oncall": {
			Name: "oncall", Targets: []notifier.Target{to("sms/wei", quiet{&r.told, &r.said}), to("voice/wei", caller)},
			CallAfter: 5 * time.Minute, Escalate: []notifier.Escalation{{After: time.Hour, To: []string{"bosses"}}},
		},
		"bosses": {Name: "bosses", Targets: []notifier.Target{boss}},
	}})
	r.Outbox, err = outbox.Open(t.Context(), outbox.Options{Path: filepath.Join(t.TempDir(), "b.db"), Directory: d, Logger: log, Registerer: prometheus.NewRegistry(), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	h := twilio.NewHooks(twilio.HooksOptions{Receipts: r.Outbox, Logger: log, Keys: keys.New(keys.Options{Links: signer, Acker: r, Journal: r.Outbox, Logger: log})})
	h.Set(external, []twilio.Signer{{AccountSID: account, AuthToken: token}})
	hooks.Handler = h
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// later is a handler that is made after the one that calls it.
type later struct{ http.Handler }

// calls lists what became of the calls of the journal.
func (r *rig) calls() []string {
	r.t.Helper()
	all, err := r.Notices(r.t.Context(), notifier.Filter{})
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for _, n := range slices.Backward(all) {
		if n.Channel == notifier.VoiceChannel {
			out = append(out, strings.TrimSuffix(fmt.Sprintf("%s %s: %s", n.Recipient, n.State, n.Reason), ": "))
		}
	}
	return out
}

func want(t *testing.T, what string, got []string, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestAKeyAcknowledges: nobody acknowledges something critical, Wei is called and presses 1:
// nobody else is told.
func TestAKeyAcknowledges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, words.EN)
		r.phone.SetTaken(func(phone.CallRequest) phone.Taken { return phone.Taken{Key: "1"} })
		r.happen(alarm.Raised, "K7Q2", alarm.Critical)
		r.pass(4 * time.Minute)
		want(t, "before five minutes", r.calls(), "voice/wei held: escalation: until somebody acknowledges K7Q2")
		r.pass(2 * time.Hour)
		want(t, "calls", r.calls(), "voice/wei delivered")
		want(t, "acknowledged", r.acks, "K7Q2 by wei")
		want(t, "text messages", r.told, "sms/wei raised capacity")
		made := r.phone.Calls()
		if len(made) != 1 || !strings.Contains(made[0].Twiml, "Critical alarm K, 7, Q, 2.") || !strings.Contains(made[0].Twiml, "Press 1") || !strings.Contains(made[0].Heard, "Acknowledged. Thank you.") {
			t.Errorf("calls %+v", made)
		}
		r.happen(alarm.Cleared, "K7Q2", alarm.Critical)
		r.pass(10 * time.Minute)
		if n := len(r.phone.Calls()); n != 1 {
			t.Errorf("%d calls after the end", n)
		}
		want(t, "text messages after the end", r.told, "sms/wei raised capacity", "sms/wei cleared capacity")
	})
}

// TestNobodyIsCalled: for what is not critical, is acknowledged, or is over by then.
func TestNobodyIsCalled(t *testing.T) {
	for _, tt := range []struct {
		name     string
		severity alarm.Severity
		then     alarm.EventKind
	}{
		{"a warning", alarm.Warning, ""},
		{"acknowledged before", alarm.Critical, alarm.Acked},
		{"over before", alarm.Critical, alarm.Cleared},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, words.EN)
				r.happen(alarm.Raised, "K7Q2", tt.severity)
				r.pass(4 * time.Minute)
				if tt.then != "" {
					r.happen(tt.then, "K7Q2", tt.severity)
				}
				r.pass(20 * time.Minute)
				if made := r.phone.Calls(); len(made) != 0 {
					t.Errorf("calls %+v", made)
				}
			})
		})
	}
}

// TestCallNobodyTakes: it is made once more, and then others are told.
func TestCallNobodyTakes(t *testing.T) {
	for _, tt := range []struct {
		taken phone.Taken
		why   string
	}{
		{phone.Taken{End: "no-answer"}, "nobody took the call"},
		{phone.Taken{End: "busy"}, "the line was busy, or the call was declined"},
		{phone.Taken{By: "machine_start"}, "an answering machine took the call"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, words.EN)
				r.phone.SetTaken(func(phone.CallRequest) phone.Taken { return tt.taken })
				r.happen(alarm.Raised, "K7Q2", alarm.Critical)
				r.pass(6 * time.Minute)
				want(t, "after the first", r.calls(), "voice/wei pending: accepted, and then not delivered: "+tt.why+"; it is tried once more")
				r.pass(10 * time.Minute)
				want(t, "after the second", r.calls(), "voice/wei dead: accepted, and then not delivered: "+tt.why)
				if n := len(r.phone.Calls()); n != 2 {
					t.Errorf("%d calls", n)
				}
				want(t, "who is told", r.told, "sms/wei raised capacity", "sms/boss raised delivery")
			})
		})
	}
}

// TestCallThatCannotBeMade: a number that is wrong is not called once more, and others are told at once, in
// their language.
func TestCallThatCannotBeMade(t *testing.T) {
	for _, tt := range []struct {
		name  string
		taken phone.Taken
		calls int
		why   string
		told  string
	}{
		{"the number is none", phone.Taken{Refuse: &phone.Refusal{Status: http.StatusBadRequest, Code: 21211, Message: "The phone number is not valid."}}, 0,
			"the number of wei is not a phone number; correct phone of this contact: HTTP 400, error 21211: The phone number is not valid.", "未能通知wei：wei 的号码不是电话号码"},
		{"its country is switched off", phone.Taken{Refuse: &phone.Refusal{Status: http.StatusBadRequest, Code: 21215, Message: "Not allowed."}}, 0,
			"calls to the country of wei are switched off for the account; switch them on in the Twilio console under Voice, Settings, Geo permissions: HTTP 400, error 21215: Not allowed.", "未能通知wei：该账号未开启拨打 wei 所在国家"},
		{"it is not put through", phone.Taken{End: "failed"}, 1,
			"accepted, and then not delivered: Twilio could not put the call through; is the number right, and may the account call it?", "未能通知wei：Twilio 未能接通"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, words.ZH)
				r.phone.SetTaken(func(phone.CallRequest) phone.Taken { return tt.taken })
				r.happen(alarm.Raised, "K7Q2", alarm.Critical)
				r.pass(15 * time.Minute)
				want(t, "calls", r.calls(), "voice/wei dead: "+tt.why)
				if n := len(r.phone.Calls()); n != tt.calls {
					t.Errorf("%d calls", n)
				}
				want(t, "who is told", r.told, "sms/wei raised capacity", "sms/boss raised delivery")
				if !strings.Contains(r.said[1], tt.told) {
					t.Errorf("others are told %q", r.said[1])
				}
			})
		})
	}
}

// TestOtherKeys: other keys let the call say it again, and a key for what is over says so.
func TestOtherKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, words.ZH)
		r.phone.SetTaken(func(q phone.CallRequest) phone.Taken { return phone.Taken{Key: []string{"2", "1"}[q.N-1]} })
		r.happen(alarm.Raised, "K7Q2", alarm.Critical)
		r.pass(6 * time.Minute)
		heard := r.phone.Calls()[0].Heard
		if !strings.Contains(heard, "<Gather") || !strings.Contains(heard, `language="zh-CN"`) || !strings.Contains(heard, "紧急告警，代码 K，7，Q，2") || !strings.Contains(heard, "确认请按1") {
			t.Errorf("after another key: %s", heard)
		}
		want(t, "acknowledged", r.acks)
		r.happen(alarm.Raised, "Z9YX", alarm.Critical)
		r.pass(5*time.Minute - time.Second)
		<-time.After(2 * time.Second) // it is called, and the alarm ends before the key
		r.happen(alarm.Cleared, "Z9YX", alarm.Critical)
		r.pass(time.Minute)
		if heard := r.phone.Calls()[1].Heard; !strings.Contains(heard, "此告警已结束") {
			t.Errorf("a key after the end: %s", heard)
		}
	})
}

// TestKeysThatAcknowledgeNothing: forged and old tokens, and signatures of somebody else.
func TestKeysThatAcknowledgeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, words.EN)
		signer := links.New()
		taker := keys.New(keys.Options{Links: signer, Acker: r, Journal: r.Outbox, Logger: slog.New(slog.DiscardHandler)})
		r.happen(alarm.Raised, "K7Q2", alarm.Critical)
		list := links.List{By: "wei", Expires: time.Now().Add(time.Hour), Alarms: []links.Alarm{{Code: "K7Q2", RaisedAt: time.UnixMilli(1)}}}
		other, old := list, list
		other.Alarms = []links.Alarm{{Code: "K7Q2", RaisedAt: time.UnixMilli(2)}}
		old.Expires = time.Now()
		for name, tt := range map[string]struct{ token, says string }{
			"nothing":               {"", "too old"},
			"of another key":        {links.New().ListToken(list), "too old"},
			"expired":               {signer.ListToken(old), "too old"},
			"another alarm by then": {signer.ListToken(other), "has ended"},
		} {
			if said, again := taker.Press(t.Context(), tt.token, "1", words.EN); again || !strings.Contains(said, tt.says) {
				t.Errorf("%s: %q, %t", name, said, again)
			}
		}
		want(t, "acknowledged", r.acks)
		if said, again := taker.Press(t.Context(), signer.ListToken(list), "1", words.EN); again || !strings.HasPrefix(said, "Acknowledged") {
			t.Errorf("a good one: %q", said)
		}
		want(t, "acknowledged", r.acks, "K7Q2 by wei")
		r.pass(2 * time.Second) // the notice leaves
	})
}
