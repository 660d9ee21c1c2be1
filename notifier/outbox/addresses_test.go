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

// person is a target with a number.
func person(name, number string, c notifier.Channel) notifier.Target {
	return notifier.Target{Recipient: notifier.Recipient{Channel: "sms", Name: "sms/" + name, Address: number, Display: name}, Channel: c, Zone: time.UTC, Way: "sms twilio"}
}

func team(receiver string, c notifier.Channel, targets ...notifier.Target) *notifier.Directory {
	return notifier.NewDirectory(notifier.Entries{
		Receivers: map[string]notifier.Receiver{receiver: {Name: receiver, Targets: targets}}, Default: []string{receiver},
		Stranger: func(_, channel, address string) (notifier.Target, bool) {
			return notifier.Target{Recipient: notifier.Recipient{Channel: channel, Address: address}, Channel: c, Zone: time.UTC, Way: "sms twilio"}, channel == "sms"
		},
	})
}

// TestAddressesTravelWithTheNotice: the end goes to the number that was told, and a
// beginning that waits goes to who stands there now.
func TestAddressesTravelWithTheNotice(t *testing.T) {
	const a, b = "+15550000001", "+15550000002"
	sms := &fakeChannel{}
	var went []string
	reset := func(up bool) {
		went = nil
		sms.mu.Lock()
		defer sms.mu.Unlock()
		sms.answer = func(m notifier.Message) (notifier.Receipt, error) {
			if !up {
				return notifier.Receipt{}, errors.New("down")
			}
			went = append(went, string(m.Notices[0].Kind)+" "+m.Recipient.Address)
			return notifier.Receipt{}, nil
		}
	}
	before := team("oncall", sms, person("wei", a, sms))
	for _, tt := range []struct {
		name  string
		after *notifier.Directory
		told  []string // where the end goes, when the beginning was told before the change
		waits []string // where beginning and end go, when the beginning waits for the change
	}{
		{"nothing changed", before, []string{"cleared " + a}, []string{"raised " + a, "cleared " + a}},
		{"the receiver is renamed", team("platform", sms, person("wei", a, sms)), []string{"cleared " + a}, []string{"raised " + a, "cleared " + a}},
		{"the contact is renamed", team("oncall", sms, person("li wei", a, sms)), []string{"cleared " + a}, []string{"raised " + a, "cleared " + a}},
		{"both are", team("platform", sms, person("li wei", a, sms)), []string{"cleared " + a}, []string{"raised " + a, "cleared " + a}},
		{"the number is another one", team("oncall", sms, person("wei", b, sms)), []string{"cleared " + a}, []string{"raised " + b, "cleared " + b}},
		{"one contact in the place of another", team("oncall", sms, person("li", b, sms)), []string{"cleared " + a}, []string{"raised " + b, "cleared " + b}},
		{"and another receiver", team("platform", sms, person("li", b, sms)), []string{"cleared " + a}, []string{"raised " + b, "cleared " + b}},
		{"two in the place of one", team("oncall", sms, person("li", b, sms), person("wei", a, sms)), []string{"cleared " + a}, []string{"raised " + a, "cleared " + a}},
		{"nobody is there any more", team("oncall", sms), []string{"cleared " + a}, nil},
	} {
		t.Run(tt.name+", told before", func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				reset(true)
				r := open(t, path, before).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				want(t, "the beginning", went, "raised "+a)
				went = nil
				r.SetDirectory(tt.after)
				pass(time.Second)
				r.happen(alarm.Cleared, "A2BC")
				pass(time.Minute)
				want(t, "the end", went, tt.told...)
			})
		})
		t.Run(tt.name+", while the end waits", func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				reset(true)
				r := open(t, path, before).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				reset(false)
				r.happen(alarm.Cleared, "A2BC")
				pass(time.Second)
				reset(true)
				r.SetDirectory(tt.after)
				pass(time.Minute)
				want(t, "the end", went, tt.told...)
			})
		})
		t.Run(tt.name+", while the beginning waits", func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				reset(false)
				r := open(t, path, before).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				reset(true)
				r.SetDirectory(tt.after)
				pass(time.Minute)
				r.happen(alarm.Cleared, "A2BC")
				pass(time.Minute)
				want(t, "all of it", went, tt.waits...)
			})
		})
	}
}

// TestACorrectedNumberGetsTheOpenAlarms: at once, and not those that are over.
func TestACorrectedNumberGetsTheOpenAlarms(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{bundle: 10, answer: func(m notifier.Message) (notifier.Receipt, error) {
			if m.Recipient.Address == "+1" {
				return notifier.Receipt{}, notifier.Permanent(notifier.AboutRecipient(errors.New("no such number")))
			}
			return notifier.Receipt{}, nil
		}}
		r := open(t, path, team("oncall", sms, person("wei", "+1", sms))).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		r.happen(alarm.Raised, "D3EF")
		pass(time.Second)
		r.happen(alarm.Cleared, "D3EF")
		pass(time.Second)
		r.SetDirectory(team("oncall", sms, person("wei", "+15550000002", sms)))
		pass(time.Second)
		want(t, "notices", r.states(), "sms/wei raised sent 1", "sms/wei raised dead 1: no such number")
	})
}

// TestAnEndWaitsForItsBeginningAtAnotherAddress: whatever is renamed meanwhile.
func TestAnEndWaitsForItsBeginningAtAnotherAddress(t *testing.T) {
	for name, after := range map[string]func(c notifier.Channel) *notifier.Directory{
		"the contact is renamed":  func(c notifier.Channel) *notifier.Directory { return team("oncall", c, person("li", "+1", c)) },
		"the receiver is renamed": func(c notifier.Channel) *notifier.Directory { return team("ops", c, person("wei", "+1", c)) },
		"another number":          func(c notifier.Channel) *notifier.Directory { return team("oncall", c, person("wei", "+2", c)) },
		"nobody is there":         func(c notifier.Channel) *notifier.Directory { return team("oncall", c) },
	} {
		for _, restart := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				path := dbPath(t)
				synctest.Test(t, func(t *testing.T) {
					sms := &findingChannel{find: func(notifier.Message) (notifier.Receipt, bool, error) {
						return notifier.Receipt{}, false, errors.New("503")
					}}
					sms.answer = func(notifier.Message) (notifier.Receipt, error) {
						return notifier.Receipt{}, notifier.Unknown(errors.New("reset"))
					}
					r := open(t, path, team("oncall", sms, person("wei", "+1", sms))).start()
					r.happen(alarm.Raised, "A2BC")
					pass(time.Second)
					sms.accept()
					r.SetDirectory(after(sms))
					if restart {
						r.stop()
						r = open(t, path, after(sms)).start()
					}
					r.happen(alarm.Cleared, "A2BC")
					pass(5 * time.Minute)
					want(t, "while the beginning is in doubt", sms.lines(), "sms/wei #1 raised A2BC")
					r.stop()
				})
			})
		}
	}
}

// TestARenamedPersonGetsOneText: what waits for a name of before goes out together, too, and over
// the way of whoever has the address now.
func TestARenamedPersonGetsOneText(t *testing.T) {
	sms := &fakeChannel{bundle: 1000}
	for name, after := range map[string]*notifier.Directory{
		"renamed": team("oncall", sms, person("li wei", "+15550000001", sms)),
		"gone":    team("oncall", sms, person("li", "+15550000002", sms)),
	} {
		t.Run(name, func(t *testing.T) { oneTextAfter(t, sms, after) })
	}
}

func oneTextAfter(t *testing.T, sms *fakeChannel, after *notifier.Directory) {
	t.Helper()
	path := dbPath(t)
	sms.accept()
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, team("oncall", sms, person("wei", "+15550000001", sms))).start()
		defer r.stop()
		codes := []string{"A2BC", "A3BC", "A4BC", "A5BC", "A6BC", "A7BC", "A8BC", "A9BC"}
		for _, code := range codes {
			r.happen(alarm.Raised, code)
		}
		pass(10 * time.Minute)
		sms.mu.Lock()
		sms.answer = func(notifier.Message) (notifier.Receipt, error) { return notifier.Receipt{}, errors.New("down") }
		sms.mu.Unlock()
		for _, code := range codes {
			r.happen(alarm.Cleared, code)
		}
		pass(time.Minute)
		r.SetDirectory(after)
		pass(time.Second)
		before := len(sms.lines())
		sms.accept()
		pass(10 * time.Minute)
		if got := sms.lines()[before:]; len(got) != 1 || strings.Count(got[0], "cleared") != len(codes) {
			t.Errorf("ends of %d alarms went out as %d messages: %q", len(codes), len(got), got)
		}
	})
}
