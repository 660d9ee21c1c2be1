package outbox

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// people gives the directory contacts: wei in Shanghai, whose messages oncall sends, and
// li, who is in no receiver and is told when wei does not answer.
func people(every time.Duration, test *int, fallback notifier.Channel, phone string) func(*notifier.Entries) {
	return func(e *notifier.Entries) {
		shanghai := time.FixedZone("CST", 8*3600)
		e.Contacts = []notifier.Contact{
			{Name: "li", Phone: "+8613900139000", Recipient: "sms/li", Zone: shanghai, DailyTest: test},
			{Name: "wei", Phone: phone, Recipient: "sms/wei", Receivers: []string{"oncall"}, Zone: shanghai, DailyTest: test},
		}
		e.Drill = notifier.Drill{Every: every, At: 10 * 60}
		e.Fallback = []string{"oncall", "managers"}
		e.Receivers["managers"] = notifier.Receiver{Name: "managers", Targets: []notifier.Target{{
			Recipient: notifier.Recipient{Channel: "sms", Name: "sms/boss", Display: "boss"}, Channel: fallback, Zone: time.UTC,
		}}}
	}
}

const weiPhone = "+8613800138000"

// drilling opens an outbox on a path, with drills and dispatcher running. Bubbles begin on
// 2000-01-01 at midnight UTC, 8:00 in Shanghai.
func drilling(t *testing.T, path string, ch notifier.Channel, change func(*notifier.Entries)) *rig {
	t.Helper()
	r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": ch}, change)).start()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := r.RunDrills(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop := r.stop
	r.stop = func() {
		cancel()
		<-ended
		stop()
	}
	synctest.Wait()
	return r
}

// codeIn finds the code that a drill asks for.
func codeIn(t *testing.T, texts []string) string {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("messages %q", texts)
	}
	m := regexp.MustCompile(`reply OK (\w{4}) `).FindStringSubmatch(texts[0])
	if m == nil || !strings.HasPrefix(texts[0], "sms/wei ") {
		t.Fatalf("no drill: %s", texts[0])
	}
	return m[1]
}

func TestDailyTest(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		ch, nine := &textChannel{}, 9*60
		r := drilling(t, path, ch, people(0, &nine, nil, weiPhone))
		pass(time.Hour - time.Second)
		if got := ch.take(); len(got) != 0 {
			t.Errorf("before nine: %q", got)
		}
		for day := range 3 {
			pass(time.Minute)
			if got := ch.take(); len(got) != 1 || !strings.HasPrefix(got[0], "sms/wei TEST Brimwatch") {
				t.Errorf("day %d: %q", day, got)
			}
			if day == 1 { // a restart within the hour sends no second one
				r.stop()
				r = drilling(t, path, ch, people(0, &nine, nil, weiPhone))
			}
			pass(24*time.Hour - time.Minute)
			if got := ch.take(); len(got) != 0 {
				t.Errorf("a second one on day %d: %q", day, got)
			}
		}
		r.stop()
		pass(3 * time.Hour)
		r = drilling(t, path, ch, people(0, &nine, nil, weiPhone))
		defer r.stop()
		pass(2 * time.Minute)
		if got := ch.take(); len(got) != 0 {
			t.Errorf("one that is hours late: %q", got)
		}
		got, err := r.People(t.Context())
		if err != nil || got[1].TestedAt.IsZero() || !got[0].TestedAt.IsZero() {
			t.Errorf("people %+v, %v", got, err)
		}
	})
}

// TestDrill goes through three drills: one that is answered, one that is not, and one
// after that.
func TestDrill(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		const day = 24 * time.Hour
		ch, boss := &textChannel{}, &textChannel{}
		change := people(2*day, nil, boss, weiPhone)
		r := drilling(t, path, ch, change)
		defer func() { r.stop() }()
		wei := func() notifier.Reach {
			t.Helper()
			list, err := r.People(t.Context())
			if err != nil || len(list) != 2 {
				t.Fatalf("%+v, %v", list, err)
			}
			return list[1]
		}
		pass(2*time.Hour + time.Minute) // ten o'clock in Shanghai
		code := codeIn(t, ch.take())
		if yes, err := r.Proved(t.Context(), "li", code); err != nil || yes {
			t.Errorf("answered by somebody else: %v, %v", yes, err)
		}
		if yes, err := r.Proved(t.Context(), "wei", ""); err != nil || yes {
			t.Errorf("an answer without the code: %v, %v", yes, err)
		}
		if got := wei(); got.AnsweredAt.IsZero() || !got.DrillAnswered.IsZero() || got.ProvedAt() != got.AnsweredAt {
			t.Errorf("after an answer without the code: %+v", got)
		}
		for range 2 { // the second answer changes nothing
			if yes, err := r.Proved(t.Context(), "wei", code); err != nil || !yes {
				t.Errorf("answered: %v, %v", yes, err)
			}
		}
		pass(day)
		if got := wei(); got.DrillAnswered.IsZero() || got.DrillOverdue || len(r.Remarks())+len(boss.take())+len(ch.take()) != 0 {
			t.Errorf("after the answer: %+v, %q", got, r.Remarks())
		}

		pass(day)
		second := codeIn(t, ch.take())
		pass(day - 2*time.Minute)
		if got := r.Remarks(); len(got) != 0 {
			t.Errorf("within a day: %q", got)
		}
		pass(5 * time.Minute)
		told := boss.take()
		if len(told) != 1 || !strings.Contains(told[0], "WARNING Brimwatch: wei has not answered the drill of 3 Jan within a day.") {
			t.Errorf("the fallback: %q", told)
		}
		if got := ch.take(); len(got) != 0 {
			t.Errorf("wei is told about wei: %q", got)
		}
		if got := r.Remarks(); !wei().DrillOverdue || len(got) != 1 || !strings.HasPrefix(got[0], "wei has not answered the drill of 2000-01-03 02:0") {
			t.Errorf("remarks %q", got)
		}
		r.stop()
		r = drilling(t, path, ch, change)
		pass(20 * time.Hour)
		if got := boss.take(); len(got) != 0 {
			t.Errorf("told twice: %q", got)
		}
		if got := r.Remarks(); len(got) != 1 {
			t.Errorf("after a restart: %q", got)
		}
		if yes, err := r.Proved(t.Context(), "wei", second); err != nil || !yes || len(r.Remarks()) != 0 || wei().DrillOverdue {
			t.Errorf("answered late: %v, %v, %q", yes, err, r.Remarks())
		}

		// Another number: what proved the one of before proves nothing of it.
		r.SetDirectory(directoryOf(map[string]notifier.Channel{"sms/wei": ch}, people(2*day, nil, boss, "+8613700137000")))
		if got := wei(); !got.ProvedAt().IsZero() || !got.AskedAt.IsZero() {
			t.Errorf("another number: %+v", got)
		}
		pass(2 * time.Minute)
		if got := wei(); got.Since.IsZero() || !got.ProvedAt().IsZero() {
			t.Errorf("another number, when it is known: %+v", got)
		}
		pass(day)
		codeIn(t, ch.take())
		pass(day + time.Minute)
		if got := len(boss.take()); got != 1 {
			t.Errorf("the other number did not answer, and the fallback has %d messages", got)
		}
	})
}

// TestReach: what is known of a number comes from the messages to it.
func TestReach(t *testing.T) {
	for _, tt := range []struct {
		name, notices string // states and reasons, the oldest first
		delivered     int    // hour of the newest that arrived
		failing       string
		unsubscribed  bool
	}{
		{"nothing was sent", "", 0, "", false},
		{"taken, and no receipt yet", "sent", 0, "", false},
		{"it arrived", "delivered,sent", 1, "", false},
		{"it arrived, and then failed", "delivered,dead 30003: handset unreachable", 1, "30003: handset unreachable", false},
		{"it failed, and then arrived", "dead 30003,delivered", 2, "", false},
		{"it failed, and the next is on its way", "dead 30003,pending", 0, "30003", false},
		{"stopped", "delivered,dead wei unsubscribed (texted STOP); ask them to text START to +1", 1, "wei unsubscribed (texted STOP); ask them to text START to +1", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, people(0, nil, nil, weiPhone)))
			r.closed()
			if err := r.drillRound(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			hour := func(n int) int64 { return time.Date(2030, 1, 1, n, 0, 0, 0, time.UTC).UnixMilli() }
			for i, n := range strings.Split(tt.notices, ",") {
				if n == "" {
					continue
				}
				state, reason, _ := strings.Cut(n, " ")
				code := fmt.Sprintf("A%dAA", i+2)
				r.happen(alarm.Raised, code)
				r.exec(fmt.Sprintf(`UPDATE notice SET state = '%s', reason = '%s', message = id, sent_at = %d WHERE code = '%s'`, state, reason, hour(i+1), code))
			}
			list, err := r.People(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wei := list[1]
			if got := wei.DeliveredAt; tt.delivered == 0 && !got.IsZero() || tt.delivered > 0 && got.UnixMilli() != hour(tt.delivered) {
				t.Errorf("delivered %v", got)
			}
			if wei.Failing != tt.failing || wei.Unsubscribed != tt.unsubscribed {
				t.Errorf("failing %q, unsubscribed %v", wei.Failing, wei.Unsubscribed)
			}
		})
	}
}

// TestAnotherNumber: what arrived at the number of before proves nothing of the new one,
// and what failed there either.
func TestAnotherNumber(t *testing.T) {
	for _, state := range []string{"delivered", "dead"} {
		t.Run(state, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, people(0, nil, nil, weiPhone)))
				r.closed()
				round := func() notifier.Reach {
					t.Helper()
					if err := r.drillRound(t.Context(), time.Now()); err != nil {
						t.Fatal(err)
					}
					list, err := r.People(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					return list[1]
				}
				round()
				r.happen(alarm.Raised, "A2AA")
				r.exec(`UPDATE notice SET state = '` + state + `', reason = 'x', sent_at = created_at`)
				if got := round(); got.DeliveredAt.IsZero() == (state == "delivered") || got.Failing == "" == (state == "dead") {
					t.Errorf("of the number that it went to: %+v", got)
				}
				pass(time.Hour)
				r.SetDirectory(directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, people(0, nil, nil, "+8613700137000")))
				if got := round(); !got.DeliveredAt.IsZero() || got.Failing != "" || !got.Since.Equal(time.Now()) {
					t.Errorf("of another number: %+v", got)
				}
			})
		})
	}
}

// TestComes looks at each kind of day: when something that comes at 2:30 is due.
func TestComes(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	at := func(text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		v, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct {
		name, now, last string
		every           time.Duration
		want            bool
	}{
		{"never yet", "2026-11-30 02:30", "", 0, true},
		{"a minute before", "2026-11-30 02:29", "2026-11-29 02:30", 0, false},
		{"the day after", "2026-11-30 02:30", "2026-11-29 02:31", 0, true},
		{"already", "2026-11-30 02:45", "2026-11-30 02:31", 0, false},
		{"an hour late", "2026-11-30 03:30", "2026-11-29 02:31", 0, false},
		{"the clock was set back by days", "2026-11-30 02:45", "2026-12-05 02:31", 0, true},
		{"the night of 23 hours, which has no 2:30", "2026-03-29 03:40", "2026-03-28 02:31", 0, true},
		{"the night of 25 hours", "2026-10-25 02:45", "2026-10-24 02:31", 0, true},
		{"after 29 days of 30", "2026-11-29 02:45", "2026-10-31 02:45", 30 * day, false},
		{"after 30 days", "2026-11-30 02:31", "2026-10-31 02:45", 30 * day, true},
		{"after 30 days, one of them longer", "2026-11-20 02:31", "2026-10-21 02:45", 30 * day, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := round{now: at(tt.now)}
			if got := r.comes(150, zone, at(tt.last), tt.every); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// TestSelfEpisodes: what Brimwatch tells about itself is no alarm, and its notices can be
// looked up by their code.
func TestSelfEpisodes(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		ch := &textChannel{}
		r := drilling(t, path, ch, people(30*24*time.Hour, nil, nil, weiPhone))
		defer r.stop()
		for _, rule := range notifier.SelfRules() {
			if !strings.Contains(ofAlarms, "'"+string(rule)+"'") {
				t.Errorf("episodes of the rule %s are listed as alarms", rule)
			}
		}
		pass(2*time.Hour + time.Minute)
		code := codeIn(t, ch.take())
		if list, err := r.Episodes(t.Context(), alarm.EpisodeFilter{}); err != nil || len(list) != 0 {
			t.Errorf("alarms %+v, %v", list, err)
		}
		list, err := r.Episodes(t.Context(), alarm.EpisodeFilter{Code: code})
		if err != nil || len(list) != 1 || list[0].Key.Rule != notifier.DrillRule || list[0].EndedAt.IsZero() {
			t.Errorf("by its code: %+v, %v", list, err)
		}
		notices, err := r.Notices(t.Context(), notifier.Filter{Code: code})
		if err != nil || len(notices) != 1 || notices[0].State != notifier.Sent || notices[0].Rule != notifier.DrillRule {
			t.Errorf("notices %+v, %v", notices, err)
		}
	})
}

// TestDrillsThatCannotBeStored: nobody is asked, and the next round makes up for it.
func TestDrillsThatCannotBeStored(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		ch := &textChannel{}
		r := drilling(t, path, ch, people(30*24*time.Hour, nil, nil, weiPhone))
		defer r.stop()
		r.exec(`ALTER TABLE drill RENAME TO away`)
		pass(2*time.Hour + time.Minute)
		if got := ch.take(); len(got) != 0 {
			t.Errorf("asked: %q", got)
		}
		if _, err := r.People(t.Context()); err == nil {
			t.Error("people without drills")
		}
		r.exec(`ALTER TABLE away RENAME TO drill`)
		pass(2 * time.Minute)
		codeIn(t, ch.take())
	})
}
