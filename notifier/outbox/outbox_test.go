package outbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

func TestOutboxSendsInOrder(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms, hook := &fakeChannel{}, &fakeChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": hook})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		r.happen(alarm.Cleared, "A2BC")
		pass(time.Second)
		want(t, "sms", sms.lines(), "sms/wei #1 raised A2BC", "sms/wei #1 cleared A2BC")
		want(t, "hook", hook.lines(), "webhook/oncall/1 #1 raised A2BC", "webhook/oncall/1 #1 cleared A2BC")
		want(t, "notices", r.states(), "sms/wei raised sent 1", "webhook/oncall/1 raised sent 1", "sms/wei cleared sent 1", "webhook/oncall/1 cleared sent 1")
		episodes, err := r.Episodes(t.Context(), alarm.EpisodeFilter{})
		if err != nil || len(episodes) != 1 || episodes[0].State != alarm.EpisodeCleared {
			t.Errorf("episodes %v, %v", episodes, err)
		}
	})
}

func TestOutboxDeadWebhookDelaysNobodyElse(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		hook := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{}, errors.New("connection refused")
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": hook})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		synctest.Wait() // the first attempt has failed when something new comes
		r.happen(alarm.Raised, "D3EF")
		pass(40 * time.Second)
		want(t, "sms", sms.lines(), "sms/wei #1 raised A2BC", "sms/wei #1 raised D3EF")
		tried := hook.lines() // at once, again for what is new, and then every half minute
		want(t, "the dead webhook", tried, "webhook/oncall/1 #1 raised A2BC", "webhook/oncall/1 #2 raised A2BC", "webhook/oncall/1 #3 raised A2BC")
		hook.accept()
		pass(30 * time.Second)
		want(t, "it is back", hook.lines()[len(tried):], "webhook/oncall/1 #4 raised A2BC", "webhook/oncall/1 #1 raised D3EF")
	})
}

func TestOutboxOutcomes(t *testing.T) {
	answer := func(err error) func(notifier.Message) (notifier.Receipt, error) {
		return func(notifier.Message) (notifier.Receipt, error) { return notifier.Receipt{}, err }
	}
	tests := []struct {
		name   string
		answer func(notifier.Message) (notifier.Receipt, error)
		after  time.Duration
		sends  int
		state  string
	}{
		{"permanent is never tried again", answer(notifier.Permanent(errors.New("no such number"))), time.Hour, 1, "sms/wei raised dead 1: no such number"},
		{"later is tried again", answer(errors.New("refused")), 6 * time.Second, 2, "sms/wei raised pending 2: refused"},
		{"not before", answer(notifier.After(errors.New("slow down"), time.Hour)), 59 * time.Minute, 1, "sms/wei raised pending 1: slow down"},
		{"not before, and then", answer(notifier.After(errors.New("slow down"), time.Hour)), 73 * time.Minute, 2, "sms/wei raised pending 2: slow down"},
		{"given up after a day", answer(notifier.After(errors.New("refused"), 20*time.Minute)), 25 * time.Hour, 0, ""},
		{"accepted, and known to have failed", func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{Status: notifier.Failed, Detail: "30005: unknown number"}, nil
		}, time.Hour, 1, "sms/wei raised dead 1: 30005: unknown number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &fakeChannel{answer: tt.answer}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(tt.after)
				if tt.sends == 0 {
					records, err := r.Notices(t.Context(), notifier.Filter{State: notifier.Dead})
					if err != nil || len(records) != 1 {
						t.Errorf("dead notices %v, %v", records, err)
					}
					return
				}
				if got := len(sms.lines()); got != tt.sends {
					t.Errorf("sent %d times, want %d", got, tt.sends)
				}
				want(t, "notices", r.states(), tt.state)
			})
		})
	}
}

func TestOutboxInDoubtIsLookedUp(t *testing.T) {
	unknown := func(notifier.Message) (notifier.Receipt, error) {
		return notifier.Receipt{}, notifier.Unknown(errors.New("timeout"))
	}
	tests := []struct {
		name  string
		find  func(m notifier.Message) (notifier.Receipt, bool, error)
		sends int
		state string
	}{
		{"it is there", func(notifier.Message) (notifier.Receipt, bool, error) {
			return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, true, nil
		}, 1, "sms/wei raised sent 2"},
		{"it is not there", func(notifier.Message) (notifier.Receipt, bool, error) { return notifier.Receipt{}, false, nil }, 2, "sms/wei raised sent 2: " + mayRepeat},
		{"it cannot be told", func(notifier.Message) (notifier.Receipt, bool, error) {
			return notifier.Receipt{}, false, errors.New("look-up refused")
		}, 1, "sms/wei raised pending 1: look-up refused"},
		{"it never can be told", func(notifier.Message) (notifier.Receipt, bool, error) {
			return notifier.Receipt{}, false, notifier.Undecidable(errors.New("too many messages"))
		}, 2, "sms/wei raised sent 2: " + mayRepeat},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &findingChannel{find: tt.find}
				sms.answer = unknown
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Second)
				want(t, "before", r.states(), "sms/wei raised pending 1: timeout")
				sms.accept()
				pass(6 * time.Second)
				if got := len(sms.lines()); got != tt.sends {
					t.Errorf("sent %d times, want %d", got, tt.sends)
				}
				want(t, "after", r.states(), tt.state)
			})
		})
	}
}

// TestOutboxAfterACrash cuts the process off at each point between the commit
// and the record of what became of the notice.
func TestOutboxAfterACrash(t *testing.T) {
	t.Run("committed, not begun", func(t *testing.T) {
		path := dbPath(t)
		hook := &fakeChannel{}
		dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})
		r := open(t, path, dir)
		r.happen(alarm.Raised, "A2BC")
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			r := open(t, path, dir).start()
			defer r.stop()
			pass(time.Second)
			want(t, "hook", hook.lines(), "webhook/oncall/1 #1 raised A2BC")
			if states, err := r.Load(t.Context()); err != nil || len(states) != 1 || states[0].State.Code != "A2BC" {
				t.Errorf("alarm states %v, %v", states, err)
			}
		})
	})
	t.Run("begun, and cut off", func(t *testing.T) {
		for name, found := range map[string]bool{"it arrived": true, "it did not": false} {
			t.Run(name, func(t *testing.T) {
				path := dbPath(t)
				var mu sync.Mutex
				var ids []string
				looked := func() []string {
					mu.Lock()
					defer mu.Unlock()
					return slices.Clone(ids)
				}
				sms := &findingChannel{find: func(m notifier.Message) (notifier.Receipt, bool, error) {
					mu.Lock()
					defer mu.Unlock()
					ids = append(ids, m.ID)
					return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, found, nil
				}}
				dir := directoryOf(map[string]notifier.Channel{"sms/wei": sms})
				r := open(t, path, dir)
				r.happen(alarm.Raised, "A2BC")
				due, _ := r.claim(parallel)
				s, _, err := r.prepare(t.Context(), due[0])
				if err != nil {
					t.Fatal(err)
				}
				if some, _, err := r.begin(t.Context(), &s); err != nil || !some {
					t.Fatal(some, err)
				}
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				synctest.Test(t, func(t *testing.T) {
					r := open(t, path, dir).start()
					defer r.stop()
					pass(4 * time.Second)
					if len(looked()) > 0 {
						t.Error("looked up before the far side can have taken it")
					}
					pass(2 * time.Second)
					want(t, "notices", r.states(), map[bool]string{true: "sms/wei raised sent 1", false: "sms/wei raised sent 1: " + mayRepeat}[found])
					if ids := looked(); len(ids) != 1 || ids[0] != s.message.ID {
						t.Errorf("looked up %v, want %s", ids, s.message.ID)
					}
					if sends := len(sms.lines()); sends != map[bool]int{true: 0, false: 1}[found] {
						t.Errorf("sent %d times after the crash", sends)
					}
				})
			})
		}
	})
}

func TestOutboxBundles(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{bundle: 3}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook}, groupWait(10*time.Second))).start()
		defer r.stop()
		for _, code := range []string{"A2AA", "B2BB", "C2CC", "D2DD"} {
			r.happen(alarm.Raised, code)
		}
		pass(9 * time.Second)
		want(t, "before the group is due", hook.lines())
		pass(2 * time.Second)
		want(t, "after", hook.lines(), "webhook/oncall/1 #1 raised A2AA raised B2BB raised C2CC", "webhook/oncall/1 #1 raised D2DD")
	})
}

func TestOutboxRetriesTheSameBundle(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		var fail atomic.Bool
		fail.Store(true)
		hook := &fakeChannel{bundle: 3, answer: func(m notifier.Message) (notifier.Receipt, error) {
			ids = append(ids, m.ID)
			if fail.Load() {
				return notifier.Receipt{}, notifier.Unknown(errors.New("502"))
			}
			return notifier.Receipt{}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2AA")
		pass(time.Second)
		r.happen(alarm.Raised, "B2BB")
		fail.Store(false)
		pass(10 * time.Second)
		want(t, "hook", hook.lines(), "webhook/oncall/1 #1 raised A2AA", "webhook/oncall/1 #2 raised A2AA", "webhook/oncall/1 #1 raised B2BB")
		if ids[0] != ids[1] || ids[1] == ids[2] {
			t.Errorf("ids %v: want the same for a retry and another for another message", ids)
		}
	})
}

// TestWhatNeverLeftJoinsAnew: a message that certainly did not leave is no message any
// more: its notices go with whatever is there by then.
func TestWhatNeverLeftJoinsAnew(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{bundle: 3, answer: func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{}, errors.New("connection refused")
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook}, groupWait(time.Second))).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2AA")
		pass(2 * time.Second)
		r.happen(alarm.Raised, "B2BB")
		hook.accept()
		pass(time.Minute)
		want(t, "hook", hook.lines(), "webhook/oncall/1 #1 raised A2AA", "webhook/oncall/1 #2 raised A2AA raised B2BB")
	})
}

// A body that is refused for good takes nobody along but what is at fault.
func TestOutboxRefusedBundleIsSentOneByOne(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		ids := map[string]bool{}
		hook := &fakeChannel{bundle: 3, answer: func(m notifier.Message) (notifier.Receipt, error) {
			ids[m.ID] = true
			for _, n := range m.Notices {
				if n.Code == "B2BB" {
					return notifier.Receipt{}, notifier.Permanent(errors.New("400: bad body"))
				}
			}
			return notifier.Receipt{}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook}, groupWait(time.Second))).start()
		defer r.stop()
		for _, code := range []string{"A2AA", "B2BB", "C2CC"} {
			r.happen(alarm.Raised, code)
		}
		pass(2 * time.Second)
		want(t, "hook", hook.lines(), "webhook/oncall/1 #1 raised A2AA raised B2BB raised C2CC",
			"webhook/oncall/1 #2 raised A2AA", "webhook/oncall/1 #2 raised B2BB", "webhook/oncall/1 #2 raised C2CC")
		want(t, "notices", r.states(), "webhook/oncall/1 raised sent 2", "webhook/oncall/1 raised dead 2: 400: bad body", "webhook/oncall/1 raised sent 2")
		if len(ids) != 4 {
			t.Errorf("%d message ids, want 4: what is sent alone is another message", len(ids))
		}
	})
}

func TestOutboxTracks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status func(asked int) notifier.ReceiptStatus
		asked  int
		state  string
	}{
		{"delivered at the second look", func(n int) notifier.ReceiptStatus {
			return map[bool]notifier.ReceiptStatus{true: notifier.Delivered, false: notifier.Accepted}[n >= 2]
		}, 2, "sms/wei raised delivered 1"},
		{"not delivered", func(int) notifier.ReceiptStatus { return notifier.Failed }, 1,
			"sms/wei raised dead 1: accepted, and then not delivered: 30003: handset unreachable"},
		{"no word", func(int) notifier.ReceiptStatus { return notifier.Accepted }, 4, "sms/wei raised sent 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms := &trackingChannel{status: tt.status}
				sms.answer = func(notifier.Message) (notifier.Receipt, error) {
					return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, nil
				}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Hour)
				want(t, "notices", r.states(), tt.state)
				if int(sms.asked.Load()) != tt.asked {
					t.Errorf("asked %d times, want %d", sms.asked.Load(), tt.asked)
				}
			})
		})
	}
}

func TestOutboxReceiptFromOutside(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(nil))
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	r.SetDirectory(directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}))
	r.happen(alarm.Raised, "A2BC")
	if _, err := r.db.ExecContext(t.Context(), `UPDATE notice SET state = 'sent', provider_id = 'SM1'`); err != nil {
		t.Fatal(err)
	}
	for _, status := range []notifier.ReceiptStatus{notifier.Accepted, notifier.Delivered, notifier.Failed, notifier.Accepted} {
		if err := r.Receipt(t.Context(), notifier.Receipt{ProviderID: "SM1", Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	want(t, "notices", r.states(), "sms/wei raised delivered 0")
}

func TestOutboxHolds(t *testing.T) {
	silence := func(r *rig) string {
		s, err := r.AddSilence(r.t.Context(), notifier.Silence{Matchers: map[string]string{"instance_id": "mqtt-A2BC"}, Until: time.Now().Add(time.Hour), By: "wei"})
		if err != nil {
			r.t.Fatal(err)
		}
		return s.ID
	}
	setup := func(t *testing.T, path string) (*rig, *fakeChannel) {
		sms := &fakeChannel{}
		return open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start(), sms
	}
	t.Run("still true when it ends", func(t *testing.T) {
		path := dbPath(t)
		synctest.Test(t, func(t *testing.T) {
			r, sms := setup(t, path)
			defer r.stop()
			silence(r)
			r.happen(alarm.Raised, "A2BC")
			r.happen(alarm.Raised, "Z2ZZ")
			pass(59 * time.Minute)
			want(t, "while it lasts", sms.lines(), "sms/wei #1 raised Z2ZZ")
			pass(2 * time.Minute)
			want(t, "after", sms.lines(), "sms/wei #1 raised Z2ZZ", "sms/wei #1 raised A2BC")
		})
	})
	t.Run("over by then", func(t *testing.T) {
		path := dbPath(t)
		synctest.Test(t, func(t *testing.T) {
			r, sms := setup(t, path)
			defer r.stop()
			id := silence(r)
			r.happen(alarm.Raised, "A2BC")
			pass(time.Minute)
			r.happen(alarm.Cleared, "A2BC")
			pass(2 * time.Hour)
			want(t, "sms", sms.lines())
			want(t, "notices", r.states(), "sms/wei raised dropped 0: the alarm ended while this was held (silenced by "+id+")")
		})
	})
	t.Run("only the newest of several goes out", func(t *testing.T) {
		path := dbPath(t)
		synctest.Test(t, func(t *testing.T) {
			r, sms := setup(t, path)
			defer r.stop()
			silence(r)
			r.happen(alarm.Raised, "A2BC")
			pass(time.Minute)
			r.happen(alarm.Escalated, "A2BC")
			pass(2 * time.Hour)
			want(t, "sms", sms.lines(), "sms/wei #1 escalated A2BC")
			want(t, "notices", r.states(), "sms/wei raised dropped 0: a newer notice of the same alarm says it better", "sms/wei escalated sent 1")
		})
	})
	t.Run("removed", func(t *testing.T) {
		path := dbPath(t)
		synctest.Test(t, func(t *testing.T) {
			r, sms := setup(t, path)
			defer r.stop()
			id := silence(r)
			r.happen(alarm.Raised, "A2BC")
			pass(time.Minute)
			if err := r.RemoveSilence(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if err := r.RemoveSilence(t.Context(), id); !errors.Is(err, ErrNoSilence) {
				t.Errorf("removed twice: %v", err)
			}
			pass(time.Second)
			want(t, "sms", sms.lines(), "sms/wei #1 raised A2BC")
			if left, err := r.Silences(t.Context()); err != nil || len(left) != 0 {
				t.Errorf("silences left: %v, %v", left, err)
			}
		})
	})
	t.Run("over the cap of a contact", func(t *testing.T) {
		path := dbPath(t)
		synctest.Test(t, func(t *testing.T) {
			sms := &fakeChannel{}
			r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms}, limits(notifier.Limits{PerContact: 2, PerContactEvery: time.Hour}))).start()
			defer r.stop()
			for _, code := range []string{"A2AA", "B2BB", "C2CC"} {
				r.happen(alarm.Raised, code)
				pass(time.Minute)
			}
			want(t, "within the hour", sms.lines(), "sms/wei #1 raised A2AA", "sms/wei #1 raised B2BB")
			want(t, "notices", r.states(), "sms/wei raised sent 1", "sms/wei raised sent 1",
				"sms/wei raised held 0: over the cap of this contact: 2 text messages")
			r.happen(alarm.Cleared, "A2AA")
			pass(time.Hour)
			want(t, "after", sms.lines()[2:], "sms/wei #1 cleared A2AA", "sms/wei #1 raised C2CC")
		})
	})
	t.Run("the reserve is for critical alarms", func(t *testing.T) {
		path := dbPath(t)
		synctest.Test(t, func(t *testing.T) {
			sms := &fakeChannel{}
			r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms}, limits(notifier.Limits{PerDay: 2, ReserveCritical: 0.5}))).start()
			defer r.stop()
			r.happen(alarm.Raised, "A2AA")
			pass(time.Second) // so that the others are other messages
			r.happen(alarm.Raised, "B2BB")
			critical := commitOf(alarm.Raised, "C2CC")
			critical.Events[0].Severity = alarm.Critical
			if err := r.Commit(t.Context(), critical); err != nil {
				t.Fatal(err)
			}
			pass(time.Minute)
			want(t, "sms", sms.lines(), "sms/wei #1 raised A2AA", "sms/wei #1 raised C2CC")
		})
	})
}

func TestOutboxRecipientRemoved(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) { return notifier.Receipt{}, errors.New("refused") }}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		r.SetDirectory(directoryOf(nil))
		pass(time.Minute)
		want(t, "notices", r.states(), "webhook/oncall/1 raised dropped 1: the recipient is no longer in the configuration")
		r.happen(alarm.Cleared, "A2BC")
		pass(time.Minute)
		want(t, "hook", hook.lines(), "webhook/oncall/1 #1 raised A2BC")
	})
}

func TestOutboxCommitTwiceTellsOnce(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		hook := &fakeChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		defer r.stop()
		c := commitOf(alarm.Raised, "A2BC")
		for range 2 {
			if err := r.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		pass(time.Second)
		want(t, "hook", hook.lines(), "webhook/oncall/1 #1 raised A2BC")
		if err := r.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		want(t, "hook, after the notice was sent", hook.lines(), "webhook/oncall/1 #1 raised A2BC")
	})
}

func TestOutboxFailedCommitLeavesNothing(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"webhook/oncall/1": &fakeChannel{}}))
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := r.db.ExecContext(t.Context(), `CREATE TRIGGER refuse BEFORE INSERT ON notice BEGIN SELECT RAISE(ABORT, 'disk full'); END`); err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(t.Context(), commitOf(alarm.Raised, "A2BC")); err == nil {
		t.Fatal("the commit succeeded")
	}
	if r.Healthy() {
		t.Error("healthy after a failed write")
	}
	states, err := r.Load(t.Context())
	episodes, eerr := r.Episodes(t.Context(), alarm.EpisodeFilter{})
	if err != nil || eerr != nil || len(states) != 0 || len(episodes) != 0 {
		t.Errorf("left behind: %v %v (%v, %v)", states, episodes, err, eerr)
	}
	if _, err := r.db.ExecContext(t.Context(), `DROP TRIGGER refuse`); err != nil {
		t.Fatal(err)
	}
	r.happen(alarm.Raised, "A2BC")
	want(t, "notices", r.states(), "webhook/oncall/1 raised pending 0")
	if !r.Healthy() {
		t.Error("not healthy after a good write")
	}
}

// TestWriteThatFails returns the error as it is: taking the transaction back went well.
func TestWriteThatFails(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(nil))
	r.closed()
	why := errors.New("no")
	if err := r.write(t.Context(), func(*transaction) error { return why }); err == nil || err.Error() != "no" {
		t.Errorf("error %v", err)
	}
	if !r.Healthy() {
		t.Error("a decision not to write says that the store is ill")
	}
}

// TestWriteThatIsGivenUp: who gives up a write does not make the outbox ill, and
// gets the error as it is.
func TestWriteThatIsGivenUp(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(nil))
		r.closed()
		ctx, cancel := context.WithCancel(t.Context())
		why := errors.New("given up")
		err := r.write(ctx, func(*transaction) error {
			cancel()
			synctest.Wait()
			return why
		})
		if err == nil || err.Error() != why.Error() {
			t.Errorf("error %v", err)
		}
		if !r.Healthy() {
			t.Error("not healthy after a write that was given up")
		}
		if err := r.write(ctx, func(*transaction) error { return nil }); !errors.Is(err, context.Canceled) || !r.Healthy() {
			t.Errorf("error %v, healthy %v", err, r.Healthy())
		}
	})
}
