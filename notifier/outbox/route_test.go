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

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// provider is a company that sends text messages, with what it answers; nil accepts, has
// nothing that is in doubt, and tells nothing more of what it accepted.
type provider struct {
	name  string
	book  *book
	send  func(m notifier.Message) (notifier.Receipt, error)
	find  func(m notifier.Message) (notifier.Receipt, bool, error)
	track func() (notifier.Receipt, error)
}

// book notes what several providers were given.
type book struct {
	mu    sync.Mutex
	lines []string
}

func (b *book) note(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lines = append(b.lines, line)
}

func (b *book) read() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.lines)
}

func (p *provider) Bundle() int { return 100 }

func (p *provider) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	line := p.name
	if m.InDoubt {
		line += " again"
	}
	for _, n := range m.Notices {
		line += fmt.Sprintf(" %s %s", n.Kind, n.Code)
	}
	p.book.note(line)
	if p.send == nil {
		return notifier.Receipt{Status: notifier.Accepted, ProviderID: p.name + m.ID}, nil
	}
	return p.send(m)
}

func (p *provider) Find(_ context.Context, m notifier.Message) (notifier.Receipt, bool, error) {
	if p.find == nil {
		return notifier.Receipt{}, false, nil
	}
	return p.find(m)
}

func (p *provider) Track(context.Context, notifier.SentMessage) (notifier.Receipt, error) {
	if p.track == nil {
		return notifier.Receipt{Status: notifier.Accepted}, nil
	}
	return p.track()
}

// byTwo is a directory of people whose numbers are reached through two providers, the
// first before the second.
func byTwo(first, second *provider, people ...string) *notifier.Directory {
	first.name, second.name = "first", "second"
	first.book = &book{}
	second.book = first.book
	e := notifier.Entries{Receivers: make(map[string]notifier.Receiver), ReceiptWithin: 2 * time.Minute}
	r := notifier.Receiver{Name: "oncall"}
	for i, name := range people {
		r.Targets = append(r.Targets, notifier.Target{
			Recipient: notifier.Recipient{Channel: "sms", Name: "sms/" + name, Address: fmt.Sprintf("+49300000%02d", i), Display: name}, Zone: time.UTC,
			Provider: "first", Channel: first, Way: "sms first", Others: []notifier.Route{{Name: "second", Channel: second, Way: "sms second"}},
		})
	}
	e.Receivers["oncall"], e.Default = r, []string{"oncall"}
	return notifier.NewDirectory(e)
}

func refusesWith(err error) func(notifier.Message) (notifier.Receipt, error) {
	return func(notifier.Message) (notifier.Receipt, error) { return notifier.Receipt{}, err }
}

// TestTheNextProvider: who does not take a message is not asked for ever.
func TestTheNextProvider(t *testing.T) {
	failed := func(about bool) func() (notifier.Receipt, error) {
		return func() (notifier.Receipt, error) {
			return notifier.Receipt{Status: notifier.Failed, Detail: "blocked by the carrier", AboutRecipient: about}, nil
		}
	}
	for _, tt := range []struct {
		name          string
		first, second provider
		severity      alarm.Severity
		in            time.Duration
		want          []string // what the providers were given by then
		states        []string
	}{
		{"it refuses", provider{send: refusesWith(notifier.Permanent(errors.New("no such template")))}, provider{}, alarm.Warning, time.Second,
			[]string{"first raised A2BC", "second raised A2BC"}, []string{"sms/wei raised sent 2"}},
		{"it refuses the number", provider{send: refusesWith(notifier.Permanent(notifier.AboutRecipient(errors.New("nobody has the number"))))}, provider{}, alarm.Warning, time.Minute,
			[]string{"first raised A2BC"}, []string{"sms/wei raised dead 1: nobody has the number"}},
		{"it does not send to the country", provider{send: refusesWith(notifier.AboutPair(notifier.Permanent(notifier.AboutRecipient(errors.New("switched off")))))}, provider{}, alarm.Warning, time.Second,
			[]string{"first raised A2BC", "second raised A2BC"}, []string{"sms/wei raised sent 2"}},
		{"it is down", provider{send: refusesWith(errors.New("connection refused"))}, provider{}, alarm.Warning, time.Second,
			[]string{"first raised A2BC", "second raised A2BC"}, []string{"sms/wei raised sent 2"}},
		{"its credentials are wrong", provider{send: refusesWith(notifier.AboutCredentials(errors.New("401")))}, provider{}, alarm.Warning, time.Second,
			[]string{"first raised A2BC", "second raised A2BC"}, []string{"sms/wei raised sent 2"}},
		{"it wants to be left alone", provider{send: refusesWith(notifier.After(errors.New("429"), time.Hour))}, provider{}, alarm.Warning, time.Second,
			[]string{"first raised A2BC", "second raised A2BC"}, []string{"sms/wei raised sent 2"}},
		{"both are down", provider{send: refusesWith(errors.New("connection refused"))}, provider{send: refusesWith(errors.New("out of order"))}, alarm.Warning, 10 * time.Second,
			[]string{"first raised A2BC", "second raised A2BC", "first raised A2BC", "second raised A2BC"}, []string{"sms/wei raised pending 4: out of order"}},
		{"both refuse", provider{send: refusesWith(notifier.Permanent(errors.New("no such template")))}, provider{send: refusesWith(notifier.Permanent(errors.New("too long")))}, alarm.Warning, time.Minute,
			[]string{"first raised A2BC", "second raised A2BC"}, []string{"sms/wei raised dead 2: too long"}},
		{"in doubt, and found", provider{send: refusesWith(notifier.Unknown(errors.New("503"))), find: func(notifier.Message) (notifier.Receipt, bool, error) {
			return notifier.Receipt{Status: notifier.Delivered}, true, nil
		}}, provider{}, alarm.Critical, 10 * time.Minute, []string{"first raised A2BC"}, []string{"sms/wei raised delivered 2"}},
		{"in doubt, and not found", provider{send: refusesWith(notifier.Unknown(errors.New("503")))}, provider{}, alarm.Warning, time.Minute,
			[]string{"first raised A2BC", "second again raised A2BC"}, []string{"sms/wei raised sent 2: " + mayRepeat}},
		{"in doubt, and it cannot be asked", provider{send: refusesWith(notifier.Unknown(errors.New("503"))), find: func(notifier.Message) (notifier.Receipt, bool, error) {
			return notifier.Receipt{}, false, errors.New("connection refused")
		}}, provider{}, alarm.Warning, 80 * time.Second, []string{"first raised A2BC", "second again raised A2BC"}, []string{"sms/wei raised sent 2: " + mayRepeat}},
		{"in doubt, and it cannot tell", provider{send: refusesWith(notifier.Unknown(errors.New("503"))), find: func(notifier.Message) (notifier.Receipt, bool, error) {
			return notifier.Receipt{}, false, notifier.Undecidable(errors.New("the key may not"))
		}}, provider{}, alarm.Warning, 10 * time.Second, []string{"first raised A2BC", "second again raised A2BC"}, []string{"sms/wei raised sent 2: " + mayRepeat}},
		{"a receipt says that it failed", provider{track: failed(false)}, provider{}, alarm.Warning, time.Minute,
			[]string{"first raised A2BC", "second again raised A2BC"}, []string{"sms/wei raised dead 1: first accepted it, and did not deliver it: blocked by the carrier; sent again by the next provider", "sms/wei raised sent 1: " + mayRepeat}},
		{"a receipt says that nobody has the number", provider{track: failed(true)}, provider{}, alarm.Critical, 10 * time.Minute,
			[]string{"first raised A2BC"}, []string{"sms/wei raised dead 1: accepted, and then not delivered: blocked by the carrier"}},
		{"no receipt for something critical, not yet", provider{}, provider{}, alarm.Critical, 119 * time.Second,
			[]string{"first raised A2BC"}, []string{"sms/wei raised sent 1"}},
		{"no receipt for something critical", provider{}, provider{}, alarm.Critical, 121 * time.Second,
			[]string{"first raised A2BC", "second again raised A2BC"}, []string{"sms/wei raised sent 1: no receipt came from first in time; sent again by the next provider", "sms/wei raised sent 1: " + mayRepeat}},
		{"and no more than once a provider", provider{}, provider{}, alarm.Critical, time.Hour,
			[]string{"first raised A2BC", "second again raised A2BC"}, []string{"sms/wei raised sent 1: no receipt came from first in time; sent again by the next provider", "sms/wei raised sent 1: " + mayRepeat}},
		{"no receipt for a warning", provider{}, provider{}, alarm.Warning, time.Hour,
			[]string{"first raised A2BC"}, []string{"sms/wei raised sent 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				r := open(t, path, byTwo(&tt.first, &tt.second, "wei")).start()
				defer r.stop()
				c := commitOf(alarm.Raised, "A2BC")
				c.Events[0].Severity = tt.severity
				if err := r.Commit(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				pass(tt.in)
				want(t, "what the providers were given", tt.first.book.read(), tt.want...)
				want(t, "notices", r.states(), tt.states...)
			})
		})
	}
}

// TestAProviderThatIsDownIsPassedOver: when it is known to be down nobody waits for it, and
// one message in a while finds out that it is there again.
func TestAProviderThatIsDownIsPassedOver(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		down := true
		first := &provider{send: func(notifier.Message) (notifier.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			if down {
				return notifier.Receipt{}, errors.New("connection refused")
			}
			return notifier.Receipt{Status: notifier.Delivered}, nil
		}}
		second := &provider{}
		r := open(t, path, byTwo(first, second, "wei", "li", "alice", "bob")).start()
		defer r.stop()
		tried := func() int {
			return len(slices.DeleteFunc(first.book.read(), func(l string) bool { return !strings.HasPrefix(l, "first") }))
		}
		r.happen(alarm.Raised, "A000")
		pass(time.Second)
		before := tried()
		for n := range 20 {
			r.happen(alarm.Raised, fmt.Sprintf("A%03d", n+1))
			pass(3 * time.Second)
		}
		if n := tried() - before; n < 1 || n > 5 {
			t.Errorf("a provider that is down was asked %d times within a minute", n)
		}
		mu.Lock()
		down = false
		mu.Unlock()
		pass(time.Minute)
		r.happen(alarm.Raised, "D3EF")
		pass(time.Minute)
		before = tried()
		r.happen(alarm.Raised, "E4FG")
		pass(time.Minute)
		if n := tried() - before; n != 4 {
			t.Errorf("it is there again, and got %d of 4 texts", n)
		}
		if pending, _ := r.depth(notifier.Pending); pending != 0 {
			t.Errorf("%d notices are still pending", pending)
		}
	})
}

// TestAReceiptIsAwaitedOverARestart: what became of a critical text is not forgotten with
// the process.
func TestAReceiptIsAwaitedOverARestart(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		first, second := &provider{}, &provider{}
		dir := byTwo(first, second, "wei")
		r := open(t, path, dir).start()
		c := commitOf(alarm.Raised, "A2BC")
		c.Events[0].Severity = alarm.Critical
		if err := r.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		r.stop()
		pass(10 * time.Second)
		r = open(t, path, dir).start()
		defer r.stop()
		pass(2 * time.Minute)
		want(t, "what the providers were given", first.book.read(), "first raised A2BC", "second again raised A2BC")
	})
}

// TestAlarmOverBeforeTheNextProvider: an alarm that ended while its receipt was awaited is
// told to have ended, and not that it began once more.
func TestAlarmOverBeforeTheNextProvider(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		first, second := &provider{}, &provider{}
		r := open(t, path, byTwo(first, second, "wei")).start()
		defer r.stop()
		for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Cleared} {
			c := commitOf(kind, "A2BC")
			c.Events[0].Severity = alarm.Critical
			if err := r.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			pass(90 * time.Second)
		}
		pass(time.Hour)
		got := first.book.read()
		if slices.Contains(got, "second again raised A2BC") || !slices.Contains(got, "second again cleared A2BC") {
			t.Errorf("the providers were given %q", got)
		}
	})
}

// TestWhateverProvidersAnswer: whatever two providers answer, a person is told once, or is
// told that it may be a repeat, and as soon as one of them works.
func TestWhateverProvidersAnswer(t *testing.T) {
	answers := []error{nil, errors.New("connection refused"), notifier.Unknown(errors.New("503")), notifier.Unknown(context.DeadlineExceeded), notifier.Permanent(errors.New("no")), notifier.After(errors.New("429"), time.Minute)}
	looks := []error{nil, errors.New("connection refused"), notifier.Undecidable(errors.New("the key may not"))}
	path := dbPath(t)
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		if runs++; runs > 40 {
			return // forty lives are enough for each run: with the race detector one takes half a second
		}
		draw := func(name string) *provider {
			list := rapid.SliceOfN(rapid.SampledFrom(answers), 0, 4).Draw(rt, name)
			look := rapid.SliceOfN(rapid.SampledFrom(looks), 0, 4).Draw(rt, name+" looks")
			has := false // it has a message, and did not say so
			var mu sync.Mutex
			keeps := rapid.Bool().Draw(rt, name+" keeps what is in doubt")
			return &provider{
				send: func(notifier.Message) (notifier.Receipt, error) {
					mu.Lock()
					defer mu.Unlock()
					if len(list) == 0 || list[0] == nil {
						list = list[min(len(list), 1):]
						has = true
						return notifier.Receipt{Status: notifier.Accepted}, nil
					}
					err := list[0]
					list = list[1:]
					has = has || keeps && notifier.IsUnknown(err)
					return notifier.Receipt{}, err
				},
				find: func(notifier.Message) (notifier.Receipt, bool, error) {
					mu.Lock()
					defer mu.Unlock()
					if len(look) > 0 && look[0] != nil {
						err := look[0]
						look = look[1:]
						return notifier.Receipt{}, false, err
					}
					look = look[min(len(look), 1):]
					if !has {
						return notifier.Receipt{}, false, nil
					}
					return notifier.Receipt{Status: notifier.Accepted}, true, nil
				},
			}
		}
		first, second := draw("first"), draw("second")
		accepted := 0
		var plain int
		for _, p := range []*provider{first, second} {
			answer := p.send
			p.send = func(m notifier.Message) (notifier.Receipt, error) {
				r, err := answer(m)
				// What Brimwatch tells of the providers is another matter.
				if err == nil && slices.ContainsFunc(m.Notices, func(n notifier.Notice) bool { return n.Code == "A2BC" }) {
					accepted++
					if !m.InDoubt {
						plain++
					}
				}
				return r, err
			}
		}
		var states []string
		synctest.Test(t, func(t *testing.T) {
			r := open(t, fmt.Sprintf("%s.%d", path, runs), byTwo(first, second, "wei")).start()
			defer r.stop()
			r.happen(alarm.Raised, "A2BC")
			pass(10 * time.Minute)
			states = r.alarms()
		})
		if plain > 1 || accepted > 1 {
			rt.Fatalf("accepted %d times, %d of them without a word of a repeat: %q, %q", accepted, plain, first.book.read(), states)
		}
		if len(states) != 1 || !strings.Contains(states[0], " sent ") && !strings.Contains(states[0], " dead ") {
			rt.Fatalf("after ten minutes: %q; %q", states, first.book.read())
		}
	})
}
