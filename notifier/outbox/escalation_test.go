package outbox

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/rota"
)

// escalating lets alarms escalate to a second receiver, whose only target is sms/tom, after 15 minutes.
func escalating(tom notifier.Channel, changes ...func(*notifier.Target)) func(*notifier.Entries) {
	return func(e *notifier.Entries) {
		r := e.Receivers["oncall"]
		r.Escalate = []notifier.Escalation{{After: 15 * time.Minute, To: []string{"managers"}}}
		e.Receivers["oncall"] = r
		target := notifier.Target{Recipient: notifier.Recipient{Channel: "sms", Name: "sms/tom", Display: "tom"}, Channel: tom, Zone: time.UTC}
		for _, change := range changes {
			change(&target)
		}
		e.Receivers["managers"] = notifier.Receiver{Name: "managers", Targets: []notifier.Target{target}}
	}
}

const escalation = "escalation: until somebody acknowledges A2BC"

func TestEscalation(t *testing.T) {
	tests := []struct {
		name   string
		happen func(r *rig)
		sms    []string // to tom
		states []string
	}{
		{
			name:   "nobody acknowledges",
			happen: func(*rig) { pass(20 * time.Minute) },
			sms:    []string{"sms/tom #1 raised A2BC"},
			states: []string{"sms/wei raised sent 1", "sms/tom raised sent 1"},
		},
		{
			name: "somebody acknowledges before",
			happen: func(r *rig) {
				pass(14 * time.Minute)
				r.happen(alarm.Acked, "A2BC")
				pass(time.Hour)
			},
			states: []string{"sms/wei raised sent 1", "sms/tom raised dropped 0: somebody acknowledged the alarm before"},
		},
		{
			name: "it ends before",
			happen: func(r *rig) {
				pass(14 * time.Minute)
				r.happen(alarm.Cleared, "A2BC")
				pass(time.Hour)
			},
			states: []string{
				"sms/wei raised sent 1", "sms/tom raised dropped 0: the alarm ended while this was held (" + escalation + ")", "sms/wei cleared sent 1",
			},
		},
		{
			name: "who was told by it is told of the end",
			happen: func(r *rig) {
				pass(20 * time.Minute)
				r.happen(alarm.Acked, "A2BC")
				r.happen(alarm.Cleared, "A2BC")
				pass(time.Minute)
			},
			sms:    []string{"sms/tom #1 raised A2BC", "sms/tom #1 cleared A2BC"},
			states: []string{"sms/wei raised sent 1", "sms/tom raised sent 1", "sms/tom cleared sent 1", "sms/wei cleared sent 1"},
		},
		{
			name: "it gets graver after the acknowledgement: from then on anew",
			happen: func(r *rig) {
				pass(10 * time.Minute)
				r.happen(alarm.Acked, "A2BC")
				pass(10 * time.Minute)
				r.happen(alarm.Escalated, "A2BC")
				pass(14 * time.Minute)
				want(r.t, "14 minutes after it got graver", r.states(),
					"sms/wei raised sent 1", "sms/tom raised dropped 0: somebody acknowledged the alarm before",
					"sms/wei escalated sent 1", "sms/tom escalated held 0: "+escalation)
				pass(2 * time.Minute)
			},
			sms: []string{"sms/tom #1 escalated A2BC"},
			states: []string{
				"sms/wei raised sent 1", "sms/tom raised dropped 0: somebody acknowledged the alarm before",
				"sms/wei escalated sent 1", "sms/tom escalated sent 1",
			},
		},
		{
			name: "it gets graver without one: at the moment of before",
			happen: func(r *rig) {
				pass(10 * time.Minute)
				r.happen(alarm.Escalated, "A2BC")
				pass(6 * time.Minute)
			},
			sms: []string{"sms/tom #1 escalated A2BC"},
			states: []string{
				"sms/wei raised sent 1", "sms/tom raised dropped 0: the alarm got graver, and a newer notice says so",
				"sms/wei escalated sent 1", "sms/tom escalated sent 1",
			},
		},
		{
			name: "another alarm is acknowledged",
			happen: func(r *rig) {
				r.happen(alarm.Raised, "Z9YX")
				r.happen(alarm.Acked, "Z9YX")
				pass(20 * time.Minute)
			},
			sms: []string{"sms/tom #1 raised A2BC"},
			states: []string{
				"sms/wei raised sent 1", "sms/tom raised sent 1", "sms/wei raised sent 1", "sms/tom raised dropped 0: somebody acknowledged the alarm before",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				tom := &fakeChannel{}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, escalating(tom))).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				tt.happen(r)
				want(t, "told by escalation", tom.lines(), tt.sms...)
				want(t, "states", r.states(), tt.states...)
			})
		})
	}
}

// TestEscalationOutlivesARestart: an escalation that waits is dropped by an
// acknowledgement also when the process ended in between.
func TestEscalationOutlivesARestart(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		tom := &fakeChannel{}
		dir := directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, escalating(tom))
		r := open(t, path, dir).start()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		r.stop()
		r = open(t, path, dir).start()
		defer r.stop()
		r.happen(alarm.Acked, "A2BC")
		pass(time.Hour)
		want(t, "told by escalation", tom.lines())
	})
}

// TestEscalationInQuietHoursIsDropped: an acknowledgement drops an escalation whatever
// else it waits for.
func TestEscalationInQuietHoursIsDropped(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		tom := &fakeChannel{}
		now := time.Now().UTC()
		minute := now.Hour()*60 + now.Minute()
		asleep := func(target *notifier.Target) { target.Quiet = &notifier.Quiet{From: minute, To: minute + 120} }
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, escalating(tom, asleep))).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Hour)
		want(t, "in quiet hours", r.states(), "sms/wei raised sent 1", "sms/tom raised held 0: "+escalation+", then quiet hours")
		r.happen(alarm.Acked, "A2BC")
		pass(3 * time.Hour)
		want(t, "told by escalation", tom.lines())
		want(t, "acknowledged", r.states(), "sms/wei raised sent 1", "sms/tom raised dropped 0: somebody acknowledged the alarm before")
	})
}

// TestEscalationThatCouldNotLeave: the provider is down when an escalation is due. What
// happens until it comes back decides whether somebody is still told.
func TestEscalationThatCouldNotLeave(t *testing.T) {
	tests := []struct {
		name   string
		kind   alarm.EventKind
		told   string // when the provider is back; "" is nothing
		states []string
	}{
		{
			name: "somebody acknowledges", kind: alarm.Acked,
			states: []string{"sms/wei raised sent 1", "sms/tom raised dropped 1: somebody acknowledged the alarm before"},
		},
		{
			name: "it gets graver", kind: alarm.Escalated, told: "escalated A2BC",
			states: []string{
				"sms/wei raised sent 1", "sms/tom raised dropped 1: the alarm got graver, and a newer notice says so",
				"sms/wei escalated sent 1", "sms/tom escalated sent 1",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				tom := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) { return notifier.Receipt{}, errors.New("503") }}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, escalating(tom))).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(15*time.Minute + 2*time.Second)
				tried := len(tom.lines())
				if tried != 1 {
					t.Fatalf("tried %d times", tried)
				}
				tom.accept()
				r.happen(tt.kind, "A2BC")
				pass(time.Hour)
				var told []string
				if tt.told != "" {
					told = []string{"sms/tom #1 " + tt.told}
				}
				want(t, "told when the provider is back", append([]string(nil), tom.lines()[tried:]...), told...)
				want(t, "states", r.states(), tt.states...)
			})
		})
	}
}

// TestAlertOfAnEscalation: a program that is told by an escalation is told why, and one
// that is told at once is not.
func TestAlertOfAnEscalation(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		said := make(map[string]string)
		note := func(m notifier.Message) (notifier.Receipt, error) {
			said[m.Recipient.Name] = m.Notices[0].Alert.Annotations["escalation"]
			return notifier.Receipt{Status: notifier.Accepted}, nil
		}
		asHook := func(target *notifier.Target) {
			target.Recipient = notifier.Recipient{Channel: "webhook", Name: "webhook/managers", Display: "managers"}
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{answer: note}}, escalating(&fakeChannel{answer: note}, asHook))).start()
		r.happen(alarm.Raised, "A2BC")
		pass(20 * time.Minute)
		r.stop()
		want(t, "programs", []string{said["webhook/oncall/1"], said["webhook/managers"]}, "", "nobody acknowledged within 15 min")
	})
}

// TestDigestInTheMorning: all that was held over night goes out as one message.
func TestDigestInTheMorning(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{bundle: 64}
		now := time.Now().UTC()
		begins := now.Add(time.Minute)
		minute := func(at time.Time) int { return at.Hour()*60 + at.Minute() }
		quiet := func(e *notifier.Entries) {
			e.Receivers["oncall"].Targets[0].Quiet = &notifier.Quiet{From: minute(begins), To: minute(begins.Add(8 * time.Hour))}
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms}, quiet)).start()
		defer r.stop()
		for _, code := range []string{"A2BC", "B3CD", "C4DE"} {
			pass(2 * time.Hour)
			r.happen(alarm.Raised, code)
		}
		pass(time.Hour)
		r.happen(alarm.Cleared, "B3CD")
		want(t, "at night", sms.lines())
		pass(2 * time.Hour)
		want(t, "in the morning", sms.lines(), "sms/wei #1 raised A2BC raised C4DE")
	})
}

// TestGapIsInTheJournal: nobody is on call; the others of the receiver are told, and the
// journal says so. The end goes to who was told.
func TestGapIsInTheJournal(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{}
		nobody := func(e *notifier.Entries) {
			r := e.Receivers["oncall"]
			r.OnCall = []notifier.OnCall{{Rota: rota.Rota{Name: "primary", Days: 1, Zone: time.UTC, First: rota.FixedMonday()}}}
			e.Receivers["oncall"] = r
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook}, nobody)).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		r.happen(alarm.Cleared, "A2BC")
		pass(time.Minute)
		want(t, "states", r.states(), "sms/oncall/primary raised dropped 0: nobody is on call in primary; the others of the receiver oncall are told",
			"webhook/oncall/1 raised sent 1", "webhook/oncall/1 cleared sent 1")
		records, err := r.Notices(t.Context(), notifier.Filter{State: notifier.Dropped})
		if err != nil || len(records) != 1 || records[0].Display != "oncall/primary" {
			t.Errorf("kept %+v, %v", records, err)
		}
	})
}

// TestOnCallByHandOver: a notice that waits goes to whom it was decided for, though
// somebody else is on call by then.
func TestOnCallByHandOver(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		now := time.Now().UTC()
		handOver := now.Add(time.Hour)
		first := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
		target := func(name string) notifier.Target {
			return notifier.Target{Recipient: notifier.Recipient{Channel: "sms", Name: "sms/" + name, Display: name}, Channel: sms, Zone: time.UTC}
		}
		manned := func(e *notifier.Entries) {
			e.Receivers["oncall"] = notifier.Receiver{Name: "oncall", GroupWait: 2 * time.Hour, OnCall: []notifier.OnCall{{
				Rota:   rota.Rota{Name: "primary", Days: 1, Minute: handOver.Hour()*60 + handOver.Minute(), Zone: time.UTC, First: first, People: []string{"li", "wei"}},
				People: map[string]notifier.Target{"wei": target("wei"), "li": target("li")},
			}}}
		}
		r := open(t, path, directoryOf(nil, manned)).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC") // wei is on call until the hand-over
		pass(90 * time.Minute)
		r.happen(alarm.Escalated, "A2BC") // li is
		pass(time.Hour)
		r.happen(alarm.Cleared, "A2BC")
		pass(time.Minute)
		lines := sms.lines()
		slices.Sort(lines)
		want(t, "sms", lines, "sms/li #1 cleared A2BC", "sms/li #1 escalated A2BC", "sms/wei #1 cleared A2BC", "sms/wei #1 raised A2BC")
	})
}

// TestEndForWhoWasWoken: critical notices go out in quiet hours; who is woken by one
// hears of the end in the same night, and who was told before sleeps on.
func TestEndForWhoWasWoken(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		now := time.Now().UTC()
		begins := now.Add(time.Hour)
		minute := func(at time.Time) int { return at.Hour()*60 + at.Minute() }
		quiet := func(e *notifier.Entries) {
			e.Receivers["oncall"].Targets[0].Quiet = &notifier.Quiet{From: minute(begins), To: minute(begins.Add(8 * time.Hour)), Except: []alarm.Severity{alarm.Critical}}
		}
		critical := func(r *rig, kind alarm.EventKind, severity alarm.Severity) {
			c := commitOf(kind, "B3CD")
			c.Events[0].Severity = severity
			if err := r.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms}, quiet)).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(2 * time.Hour)
		critical(r, alarm.Raised, alarm.Critical)
		pass(time.Hour)
		r.happen(alarm.Cleared, "A2BC")
		critical(r, alarm.Cleared, alarm.Warning) // it eased before it ended
		pass(time.Minute)
		want(t, "at night", sms.lines(), "sms/wei #1 raised A2BC", "sms/wei #1 raised B3CD", "sms/wei #1 cleared B3CD")
		want(t, "states", r.states(), "sms/wei raised sent 1", "sms/wei raised sent 1", "sms/wei cleared held 0: quiet hours", "sms/wei cleared sent 1")
	})
}
