package outbox

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestOthersAreToldOfWhoCannotBeReached: once, in plain words, and that it is over.
func TestOthersAreToldOfWhoCannotBeReached(t *testing.T) {
	const wrong, right = "+15550000001", "+15550000002"
	for _, tt := range []struct {
		name   string
		with   []notifier.Target // in the receiver of wei
		others string            // who is told
	}{
		{"the others of the receiver", []notifier.Target{{}}, "sms/alice"},
		{"the fallback, where there is nobody else", nil, "sms/boss"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				texts := map[string][]string{}
				sms := &fakeChannel{bundle: 100, answer: func(m notifier.Message) (notifier.Receipt, error) {
					if m.Recipient.Address == wrong {
						return notifier.Receipt{}, notifier.Permanent(notifier.AboutRecipient(errors.New("the number of wei is not a phone number; correct phone of this contact")))
					}
					texts[m.Recipient.Name] = append(texts[m.Recipient.Name], m.Text)
					return notifier.Receipt{}, nil
				}}
				directory := func(number string) *notifier.Directory {
					targets := []notifier.Target{person("wei", number, sms)}
					if len(tt.with) > 0 {
						targets = append(targets, person("alice", "+15550000003", sms))
					}
					return notifier.NewDirectory(notifier.Entries{
						Receivers: map[string]notifier.Receiver{
							"oncall": {Name: "oncall", Targets: targets}, "managers": {Name: "managers", Targets: []notifier.Target{person("boss", "+15550000004", sms)}},
						},
						Default: []string{"oncall"}, Fallback: []string{"managers"},
					})
				}
				r := open(t, path, directory(wrong)).start()
				r.happen(alarm.Raised, "A2BC")
				pass(5 * time.Minute)
				r.happen(alarm.Raised, "D3EF") // it is not told twice
				pass(5 * time.Minute)
				r.stop()
				r = open(t, path, directory(wrong)).start() // nor after a restart
				r.happen(alarm.Raised, "E4FG")
				pass(5 * time.Minute)
				about := func(who, words string) (n int) {
					for _, text := range texts[who] {
						if strings.Contains(text, words) {
							n++
						}
					}
					return n
				}
				if n := about(tt.others, "wei was not told of A2BC Orders: the number of wei is not a phone number."); n != 1 {
					t.Errorf("%s was told %d times: %q", tt.others, n, texts[tt.others])
				}
				r.SetDirectory(directory(right))
				pass(5 * time.Minute)
				if n := about("sms/wei", "A2BC") + about("sms/wei", "3 alarms"); n == 0 {
					t.Errorf("wei, with the right number, was told %q", texts["sms/wei"])
				}
				if n := about(tt.others, "wei is reached again"); n != 1 {
					t.Errorf("that it is over was told %d times: %q", n, texts[tt.others])
				}
				r.stop()
			})
		})
	}
}

// TestOthersAreToldOfAFarSideThatFails: a provider whose key was revoked, once and by
// another way; and that it works again.
func TestOthersAreToldOfAFarSideThatFails(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		revoked := notifier.After(errors.New("Twilio refused the credentials; check auth_token"), 5*time.Minute)
		sms := down(revoked)
		hook := &fakeChannel{bundle: 64}
		var mu sync.Mutex
		var all []string
		hook.answer = func(m notifier.Message) (notifier.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			for _, n := range m.Notices {
				all = append(all, string(n.Rule)+" "+string(n.Kind)+" "+n.Alert.Annotations["summary"])
			}
			return notifier.Receipt{}, nil
		}
		r := open(t, path, notifier.NewDirectory(notifier.Entries{
			Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{
				person("wei", "+15550000001", sms), person("li", "+15550000002", sms),
				{Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/oncall"}, Channel: hook, Zone: time.UTC, Way: "webhook http://h"},
			}}}, Default: []string{"oncall"},
		})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		arrived := func() []string {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(all)
		}
		if bodies := arrived(); len(bodies) != 1 {
			t.Errorf("after a minute: %q", bodies)
		}
		pass(20 * time.Minute)
		want(t, "the webhook", arrived()[1:], "delivery raised no notice leaves through twilio: Twilio refused the credentials.")
		sms.accept()
		pass(10 * time.Minute)
		want(t, "the webhook", arrived()[2:], "delivery cleared notices leave through twilio again.")
		if n := len(sms.lines()); n > 30 {
			t.Errorf("the provider was asked %d times", n)
		}
	})
}

// TestStop: who texts STOP is told of to the others, once; after START they get what is
// open by then.
func TestStop(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		const wei, alice = "+15550000001", "+15550000002"
		stopped := true
		var texts []string
		sms := &fakeChannel{bundle: 100, answer: func(m notifier.Message) (notifier.Receipt, error) {
			if stopped && m.Recipient.Address == wei {
				return notifier.Receipt{}, notifier.Permanent(notifier.AboutRecipient(errors.New("wei unsubscribed (texted STOP)")))
			}
			texts = append(texts, m.Recipient.Name+": "+m.Text)
			return notifier.Receipt{}, nil
		}}
		r := open(t, path, notifier.NewDirectory(notifier.Entries{
			Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{person("wei", wei, sms), person("alice", alice, sms)}}},
			Default:   []string{"oncall"},
			Contacts:  []notifier.Contact{{Name: "alice", Phone: alice, Recipient: "sms/alice", Receivers: []string{"oncall"}}, {Name: "wei", Phone: wei, Recipient: "sms/wei", Receivers: []string{"oncall"}}},
		})).start()
		defer r.stop()
		for range 2 {
			if _, err := r.Optout(t.Context(), wei, true); err != nil {
				t.Fatal(err)
			}
		}
		pass(time.Minute)
		r.happen(alarm.Raised, "A2BC")
		pass(2 * time.Minute)
		if len(texts) != 2 || !strings.Contains(texts[0], "wei texted STOP and gets no text messages any more.") || !strings.HasPrefix(texts[1], "sms/alice: A2BC") {
			t.Errorf("while wei is stopped: %q", texts)
		}
		stopped = false
		texts = nil
		if _, err := r.Optout(t.Context(), wei, false); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Minute)
		if got := strings.Join(texts, "\n"); len(texts) != 2 || !strings.Contains(got, "sms/wei: A2BC WARNING") || !strings.Contains(got, "wei is reached again.") {
			t.Errorf("after START: %q", texts)
		}
	})
}
