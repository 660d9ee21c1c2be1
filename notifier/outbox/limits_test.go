package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// textChannel keeps what text messages say.
type textChannel struct {
	mu    sync.Mutex
	texts []string
	price notifier.Price
	fails error
}

func (c *textChannel) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts = append(c.texts, m.Recipient.Name+" "+m.Text)
	if c.fails != nil {
		return notifier.Receipt{}, c.fails
	}
	return notifier.Receipt{ProviderID: fmt.Sprint("SM", len(c.texts)), Status: notifier.Accepted, Price: c.price}, nil
}

// take returns what was said since it was last asked.
func (c *textChannel) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.texts
	c.texts = nil
	return out
}

// payer adds a receiver that is warned of the caps.
func payer(ch notifier.Channel) func(*notifier.Entries) {
	return func(e *notifier.Entries) {
		e.Receivers["payers"] = notifier.Receiver{Name: "payers", Targets: []notifier.Target{{
			Recipient: notifier.Recipient{Channel: "sms", Name: "sms/li", Display: "li"}, Channel: ch, Zone: time.UTC, Language: words.ZH, PricePerSegment: 50_000,
		}}}
	}
}

// raise commits an alarm, and lets its message go out.
func (r *rig) raise(code string, severity alarm.Severity) {
	r.t.Helper()
	c := commitOf(alarm.Raised, code)
	c.Events[0].Severity = severity
	if err := r.Commit(r.t.Context(), c); err != nil {
		r.t.Fatal(err)
	}
	pass(time.Second)
}

// codes are n codes of alarms.
func codes(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("%c%c%c%c", 'A'+i%20, '2'+i/20%8, 'A'+i/160%20, 'A'))
	}
	return out
}

// TestACapCountsMessages: what waits for one recipient goes out as one message, so a
// storm is not over a cap of one.
func TestACapCountsMessages(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, limits(notifier.Limits{PerContact: 1, PerContactEvery: time.Hour, PerDay: 1, MoneyPerMonth: 50_000})))
	r.closed()
	for _, code := range codes(30) {
		r.happen(alarm.Raised, code)
	}
	if got := r.states(); len(got) != 30 || slices.ContainsFunc(got, func(s string) bool { return s != "sms/wei raised pending 0" }) {
		t.Errorf("notices: %q", got)
	}
	r.exec(`UPDATE notice SET state = 'sent', message = 'msg_1', sent_at = created_at`)
	r.happen(alarm.Raised, "Z9ZZ")
	got := r.states()
	if last := got[len(got)-1]; !strings.Contains(last, "held") {
		t.Errorf("the second message: %s", last)
	}
}

// TestCapsWhenTheClockWasSetBack: what was decided in what is now the future holds
// nobody back.
func TestCapsWhenTheClockWasSetBack(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}},
			limits(notifier.Limits{PerContact: 1, PerContactEvery: time.Hour, PerDay: 1, PerMonth: 1, MoneyPerMonth: 50_000})))
		r.closed()
		r.happen(alarm.Raised, "A2AA")
		r.exec(`UPDATE notice SET state = 'sent', message = 'msg_1', sent_at = created_at, created_at = created_at + 25 * 3600 * 1000`)
		pass(2 * time.Minute) // a count is used for a while
		r.happen(alarm.Raised, "B2BB")
		want(t, "notices", r.states(), "sms/wei raised sent 0", "sms/wei raised pending 0")
	})
}

// TestMoney: what the provider says counts, and the price of a segment until it does.
func TestMoney(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		ch := &textChannel{price: notifier.Price{Currency: "USD", Amount: 400_000, Known: true}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": ch}, limits(notifier.Limits{MoneyPerMonth: 1_000_000}))).start()
		defer r.stop()
		begin := time.Now()
		for _, code := range []string{"A2AA", "B2BB", "C2CC", "D2DD", "E2EE", "F2FF"} {
			r.raise(code, alarm.Warning)
			pass(time.Minute)
		}
		// 0.40 and 0.40; the third was to cost 0.05 and came to 0.40: 1.20 are spent.
		if got := len(ch.take()); got != 3 {
			t.Errorf("%d text messages", got)
		}
		records, err := r.Notices(t.Context(), notifier.Filter{State: notifier.Held})
		if err != nil || len(records) != 3 {
			t.Fatalf("%d are held, %v", len(records), err)
		}
		if got, month := records[0].NextAt.Sub(begin), 30*24*time.Hour; got != month {
			t.Errorf("there is room %s after the first, want %s", got, month)
		}
	})
}

// TestTheLastUnderACapSaysSo: the last text message says that a cap is reached, and one
// that leaves all the same says how many are held; each attempt says the same.
func TestTheLastUnderACapSaysSo(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		ch := &textChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": ch},
			limits(notifier.Limits{PerContact: 3, PerContactEvery: time.Hour, ReserveCritical: 0.34}), func(e *notifier.Entries) {
				e.Words.ExternalURL = "http://b"
			})).start()
		defer r.stop()
		r.raise("A2AA", alarm.Warning)
		if got := ch.take(); len(got) != 1 || strings.Contains(got[0], "held") {
			t.Errorf("the first: %q", got)
		}
		ch.fails = errors.New("later")
		r.raise("B2BB", alarm.Warning)
		pass(time.Minute)
		got := ch.take()
		if len(got) < 2 || !strings.HasSuffix(got[0], "; more is held: your cap is reached") || got[0] != got[1] {
			t.Errorf("the last: %q", got)
		}
		ch.mu.Lock()
		ch.fails = nil
		ch.mu.Unlock()
		pass(5 * time.Minute)
		ch.take()
		r.raise("C2CC", alarm.Warning)
		r.raise("D2DD", alarm.Warning)
		r.raise("E2EE", alarm.Critical)
		if got := ch.take(); len(got) != 1 || !strings.HasSuffix(got[0], "; 2 more are held: your cap is reached") {
			t.Errorf("a critical one: %q", got)
		}
	})
}

// TestWarningsThatWereNotStored: what a commit that failed was to cost is not spent, and a
// warning of what is now the future is none.
func TestWarningsThatWereNotStored(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &textChannel{}}, limits(notifier.Limits{PerDay: 5, Warn: []string{"payers"}}), payer(&textChannel{}))).start()
		defer r.stop()
		warnings := func() (n int) {
			t.Helper()
			list, err := r.Notices(t.Context(), notifier.Filter{})
			if err != nil {
				t.Fatal(err)
			}
			for i := range list {
				if list[i].Rule == notifier.LimitsRule {
					n++
				}
			}
			return n
		}
		for _, code := range codes(2) {
			r.raise(code, alarm.Warning)
		}
		r.exec(`CREATE TRIGGER full BEFORE INSERT ON notice BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
		if err := r.Commit(t.Context(), commitOf(alarm.Raised, "X9XX")); err == nil {
			t.Fatal("it was stored")
		}
		r.exec(`DROP TRIGGER full`)
		r.raise("Y9YY", alarm.Warning)
		if got := warnings(); got != 0 {
			t.Errorf("%d warnings after three text messages of five", got)
		}
		r.raise("Z9ZZ", alarm.Warning)
		if got := warnings(); got != 1 {
			t.Errorf("%d warnings after four", got)
		}
		r.exec(`UPDATE limit_warning SET at = at + 48 * 3600 * 1000`)
		r.raise("W9WW", alarm.Critical)
		if got := warnings(); got != 2 {
			t.Errorf("%d warnings after the clock was set back", got)
		}
	})
}

// TestWarningOfACap: who pays is told once in a window, whatever happens then, and the
// warning itself is never held.
func TestWarningOfACap(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits notifier.Limits
		window time.Duration
		want   string
	}{
		{"a day", notifier.Limits{PerDay: 5}, 24 * time.Hour, "24小时短信已用4/5，达到上限后告警将暂缓发送。"},
		{"a month", notifier.Limits{PerMonth: 5, ReserveCritical: 0.2}, 30 * 24 * time.Hour, "30天短信已用4/5，超过4后仅紧急告警立即发送。"},
		{"money", notifier.Limits{MoneyPerMonth: 250_000}, 30 * 24 * time.Hour, "30天短信费用已用0.20/0.25，达到上限后告警将暂缓发送。"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				ch, li := &textChannel{}, &textChannel{}
				tt.limits.Warn = []string{"payers", "gone"}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": ch}, limits(tt.limits), payer(li))).start()
				defer r.stop()
				warnings := func() int {
					n := 0
					for _, text := range li.take() {
						if !strings.HasSuffix(text, " 警告 Brimwatch："+tt.want) && !strings.Contains(text, "已达") {
							t.Errorf("text %q, want %q", text, tt.want)
						}
						n++
					}
					return n
				}
				for i, code := range codes(8) {
					r.raise(code, alarm.Warning)
					want := 0
					if i == 3 {
						want = 1
					}
					if got := warnings(); got != want {
						t.Errorf("%d warnings after %d alarms", got, i+1)
					}
				}
				// To wait for a month would take as many looks of the dispatcher as it has minutes.
				r.exec(fmt.Sprintf(`UPDATE notice SET created_at = created_at - %d`, tt.window.Milliseconds()))
				r.exec(fmt.Sprintf(`UPDATE limit_warning SET at = at - %d`, tt.window.Milliseconds()))
				pass(2 * time.Minute) // a count is used for a while
				for _, code := range codes(20)[10:] {
					r.raise(code, alarm.Critical)
				}
				if got := len(li.take()); got != 1 {
					t.Errorf("%d warnings in the next window", got)
				}
			})
		})
	}
}

// TestAWarningOfACapEnds: programs that were told of a cap are told, once, when there is room
// again: in the next period, or because the cap was raised or removed. People are not.
func TestAWarningOfACapEnds(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name   string
		limits *notifier.Limits // after a reload; nil is none
		after  time.Duration
		more   int // text messages by then
		want   []string
	}{
		{"in the same period", nil, day - 2*limitsEvery, 0, []string{"raised"}},
		{"in the next period", nil, day + limitsEvery, 0, []string{"raised", "cleared"}},
		{"most of it is used in the next period, too", nil, day + limitsEvery, 4, []string{"raised", "cleared", "raised"}},
		{"the cap is raised", &notifier.Limits{PerDay: 50, Warn: []string{"payers"}}, time.Second, 0, []string{"raised", "cleared"}},
		{"the cap is raised, and most of it is used", &notifier.Limits{PerDay: 6, Warn: []string{"payers"}}, time.Second, 1, []string{"raised", "raised"}},
		{"there is no cap any more", &notifier.Limits{}, time.Second, 0, []string{"raised", "cleared"}},
		{"there are neither a cap nor payers any more", &notifier.Limits{}, -1, 0, []string{"raised", "cleared"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				sms, li, hook := &textChannel{}, &textChannel{}, &alertChannel{}
				payers := func(e *notifier.Entries) {
					payer(li)(e)
					r := e.Receivers["payers"]
					r.Targets = append(r.Targets, notifier.Target{
						Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/payers/1", Address: "http://h"}, Channel: hook, Zone: time.UTC,
					})
					e.Receivers["payers"] = r
				}
				dir := func(l notifier.Limits) *notifier.Directory {
					if tt.after < 0 && l.PerDay == 0 {
						return directoryOf(map[string]notifier.Channel{"sms/wei": sms}, func(e *notifier.Entries) {
							e.Stranger = func(_, _, address string) (notifier.Target, bool) {
								return notifier.Target{Recipient: notifier.Recipient{Channel: "webhook", Address: address}, Channel: hook, Zone: time.UTC}, address == "http://h"
							}
						})
					}
					return directoryOf(map[string]notifier.Channel{"sms/wei": sms}, limits(l), payers)
				}
				r := open(t, path, dir(notifier.Limits{PerDay: 5, Warn: []string{"payers"}})).start()
				for _, code := range codes(4) {
					r.raise(code, alarm.Warning)
				}
				if got := len(li.take()); got != 1 {
					t.Errorf("%d warnings to a person", got)
				}
				if tt.limits != nil {
					r.SetDirectory(dir(*tt.limits))
					pass(time.Second)
				} else {
					r.stop() // a restart forgets nothing of it
					r = open(t, path, r.Directory()).start()
					pass(tt.after)
				}
				for _, code := range codes(10)[6 : 6+tt.more] {
					r.raise(code, alarm.Warning)
				}
				pass(limitsEvery)
				var got []string
				for _, a := range hook.alerts() {
					kind := "raised"
					if a.Resolved {
						kind = "cleared"
						if first := hook.alerts()[0]; a.Fingerprint != first.Fingerprint || !a.StartsAt.Equal(first.StartsAt) {
							t.Errorf("the end is of another alert: %+v, and it began with %+v", a, first)
						}
					}
					got = append(got, kind)
				}
				want(t, "to a program", got, tt.want...)
				if n, ends := len(li.take()), tt.more > 0; n > 1 || n == 1 && !ends {
					t.Errorf("%d more text messages to a person", n)
				}
				r.stop()
			})
		})
	}
}

// alertChannel keeps the alerts that it was given.
type alertChannel struct {
	mu   sync.Mutex
	list []notifier.Alert
}

func (c *alertChannel) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range m.Notices {
		c.list = append(c.list, m.Notices[i].Alert)
	}
	return notifier.Receipt{Status: notifier.Accepted}, nil
}

func (c *alertChannel) Bundle() int { return 64 }

func (c *alertChannel) alerts() []notifier.Alert {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}
