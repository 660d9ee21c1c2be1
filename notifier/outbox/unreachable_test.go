package outbox

import (
	"errors"
	"strings"
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
