package outbox

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

func TestAllowance(t *testing.T) {
	const s = time.Second
	for _, tt := range []struct {
		name     string
		pace     notifier.Pace
		sent     []instant
		critical bool
		want     instant
	}{
		{"any number", notifier.Pace{}, []instant{s, s, s}, false, 0},
		{"one a second", notifier.Pace{Messages: 1, Within: s}, []instant{10 * s}, false, 11 * s},
		{"one a second, critical", notifier.Pace{Messages: 1, Within: s}, []instant{10 * s}, true, 11 * s},
		{"there is room", notifier.Pace{Messages: 5, Within: time.Minute}, []instant{10 * s, 11 * s, 12 * s}, false, 0},
		{"the last is left to what is critical", notifier.Pace{Messages: 5, Within: time.Minute}, []instant{10 * s, 11 * s, 12 * s, 13 * s}, false, 70 * s},
		{"which has it", notifier.Pace{Messages: 5, Within: time.Minute}, []instant{10 * s, 11 * s, 12 * s, 13 * s}, true, 0},
		{"and no more", notifier.Pace{Messages: 5, Within: time.Minute}, []instant{10 * s, 11 * s, 12 * s, 13 * s, 14 * s}, true, 70 * s},
		{"a fifth of many", notifier.Pace{Messages: 10, Within: time.Minute}, []instant{1 * s, 2 * s, 3 * s, 4 * s, 5 * s, 6 * s, 7 * s, 8 * s}, false, 61 * s},
		{"half of them at once", notifier.Pace{Messages: 18, Within: time.Minute}, []instant{1 * s, 1 * s, 1 * s, 1 * s, 1 * s, 1 * s}, false, 0},
		{"and then evenly", notifier.Pace{Messages: 18, Within: time.Minute}, []instant{1 * s, 1 * s, 1 * s, 1 * s, 1 * s, 1 * s, 1 * s}, false, 5 * s},
		{"but for what is critical", notifier.Pace{Messages: 18, Within: time.Minute}, []instant{1 * s, 1 * s, 1 * s, 1 * s, 1 * s, 1 * s, 1 * s}, true, 0},
		{"a minute later", notifier.Pace{Messages: 18, Within: time.Minute}, []instant{1 * s, 1 * s, 1 * s, 1 * s, 1 * s, 1 * s, 70 * s}, false, 0},
		{"only the last ones count", notifier.Pace{Messages: 2, Within: time.Minute}, []instant{1 * s, 2 * s, 30 * s, 40 * s}, true, 90 * s},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a allowance
			for _, at := range tt.sent {
				a.note(at, 0, tt.pace)
			}
			if got := a.opens(tt.critical); got != tt.want {
				t.Errorf("opens at %v, want %v", got, tt.want)
			}
		})
	}
}

// pacedChannel takes so many messages in a time.
type pacedChannel struct {
	fakeChannel
	pace notifier.Pace
}

func (c *pacedChannel) Pace() notifier.Pace { return c.pace }

// TestAFarSideThatTakesFew: a chat that takes five messages a minute gets no more, whatever
// happens, and under which receivers it stands; what is critical waits for nobody.
func TestAFarSideThatTakesFew(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		chat := &pacedChannel{pace: notifier.Pace{Messages: 5, Within: time.Minute}}
		var mu sync.Mutex
		var moments []time.Time
		chat.bundle = 4
		chat.answer = func(notifier.Message) (notifier.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			moments = append(moments, time.Now())
			return notifier.Receipt{Status: notifier.Accepted}, nil
		}
		target := func(receiver string) notifier.Receiver {
			return notifier.Receiver{Name: receiver, Targets: []notifier.Target{{
				Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/" + receiver, Address: "http://chat/robot"}, Channel: chat, Zone: time.UTC,
			}}}
		}
		r := open(t, path, notifier.NewDirectory(notifier.Entries{
			Receivers: map[string]notifier.Receiver{"a": target("a"), "b": target("b")}, Default: []string{"a", "b"},
		})).start()
		defer r.stop()
		for n := range 30 {
			r.happen(alarm.Raised, fmt.Sprintf("A%03d", n))
			pass(time.Second)
		}
		before := len(chat.lines())
		if before > 4 {
			t.Errorf("%d messages within 30 s leave no room for what is critical", before)
		}
		c := commitOf(alarm.Raised, "D3EF")
		c.Events[0].Severity = alarm.Critical
		if err := r.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		if got := strings.Join(chat.lines()[before:], "\n"); !strings.Contains(got, "D3EF") {
			t.Errorf("the critical one did not leave at once: %q", got)
		}
		pass(10 * time.Minute)
		if got := strings.Count(strings.Join(chat.lines(), "\n"), "raised"); got != 2*31 {
			t.Errorf("%d notices were told, want 62", got)
		}
		for i := range moments {
			if n := i + 5; n < len(moments) && moments[n].Sub(moments[i]) < time.Minute {
				t.Errorf("six messages left within %v", moments[n].Sub(moments[i]))
			}
		}
	})
}

// TestAFarSideThatTakesFewAfterAStart: what left before a start counts after it, too; a chat
// does not know that somebody started anew.
func TestAFarSideThatTakesFewAfterAStart(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		chat := &pacedChannel{pace: notifier.Pace{Messages: 5, Within: time.Minute}}
		var mu sync.Mutex
		var moments []time.Time
		chat.answer = func(notifier.Message) (notifier.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			moments = append(moments, time.Now())
			return notifier.Receipt{Status: notifier.Accepted}, nil
		}
		chat.bundle = 64
		dir := notifier.NewDirectory(notifier.Entries{
			Receivers: map[string]notifier.Receiver{"a": {Name: "a", Targets: []notifier.Target{{
				Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/a", Address: "http://chat/robot"}, Channel: chat, Zone: time.UTC,
			}}}}, Default: []string{"a"},
		})
		for start := range 4 {
			r := open(t, path, dir).start()
			for n := range 4 {
				r.happen(alarm.Raised, fmt.Sprintf("A%d%d2", start, n))
				pass(time.Second)
			}
			r.stop()
			pass(time.Second)
		}
		r := open(t, path, dir).start()
		pass(3 * time.Minute)
		r.stop()
		if got := strings.Count(strings.Join(chat.lines(), "\n"), "raised"); got != 16 {
			t.Errorf("%d notices were told, want 16", got)
		}
		for i := range moments {
			if n := i + 5; n < len(moments) && moments[n].Sub(moments[i]) < time.Minute {
				t.Errorf("six messages left within %v", moments[n].Sub(moments[i]))
			}
		}
	})
}

// lookedUpChannel takes so many messages in a time, and can be asked.
type lookedUpChannel struct {
	findingChannel
	pace notifier.Pace
}

func (c *lookedUpChannel) Pace() notifier.Pace { return c.pace }

// TestWhatDidNotLeaveTakesNoTurn: a message that was looked up, and one that was refused where
// only what is taken counts, is no reason for the next one to wait.
func TestWhatDidNotLeaveTakesNoTurn(t *testing.T) {
	never := func(notifier.Message) (notifier.Receipt, bool, error) { return notifier.Receipt{}, false, nil }
	for _, tt := range []struct {
		name  string
		taken bool
		first error
		want  time.Duration // from the first attempt to the second
	}{
		{"in doubt, and not there", true, notifier.Unknown(errors.New("EOF")), 5 * time.Second},
		{"in doubt, and what is refused counts, too", false, notifier.Unknown(errors.New("EOF")), time.Minute},
		{"refused", true, notifier.After(errors.New("busy"), 2*time.Second), 2 * time.Second},
		{"refused, and what is refused counts, too", false, notifier.After(errors.New("busy"), 2*time.Second), time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				phone := &lookedUpChannel{pace: notifier.Pace{Messages: 1, Within: time.Minute, Taken: tt.taken}, findingChannel: findingChannel{find: never}}
				var mu sync.Mutex
				var moments []time.Time
				phone.answer = func(notifier.Message) (notifier.Receipt, error) {
					mu.Lock()
					defer mu.Unlock()
					if moments = append(moments, time.Now()); len(moments) == 1 {
						return notifier.Receipt{}, tt.first
					}
					return notifier.Receipt{Status: notifier.Accepted}, nil
				}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": phone})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(5 * time.Minute)
				if len(moments) != 2 {
					t.Fatalf("%d attempts, want 2", len(moments))
				}
				if got := moments[1].Sub(moments[0]); got < tt.want*8/10 || got > tt.want*13/10 {
					t.Errorf("the second attempt came after %v, want about %v", got, tt.want)
				}
				r.happen(alarm.Raised, "D3EF")
				pass(time.Second)
				if len(moments) != 3 { // the one that left was minutes ago
					t.Errorf("%d attempts, want 3", len(moments))
				}
				r.happen(alarm.Raised, "G4HJ")
				pass(50 * time.Second)
				if len(moments) != 3 {
					t.Error("two left within a minute")
				}
			})
		})
	}
}

// TestWhatIsInDoubtKeepsThePace: messages that are sent again because nobody knows whether they
// arrived are messages like others to a far side that takes few.
func TestWhatIsInDoubtKeepsThePace(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		chat := &pacedChannel{pace: notifier.Pace{Messages: 4, Within: time.Minute}}
		var mu sync.Mutex
		var moments []time.Time
		lost := true
		chat.answer = func(notifier.Message) (notifier.Receipt, error) {
			mu.Lock()
			defer mu.Unlock()
			moments = append(moments, time.Now())
			if lost {
				return notifier.Receipt{}, notifier.Unknown(errors.New("EOF"))
			}
			return notifier.Receipt{Status: notifier.Accepted}, nil
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": chat})).start()
		defer r.stop()
		for n := range 9 {
			r.happen(alarm.Raised, fmt.Sprintf("A%03d", n))
			pass(40 * time.Second)
		}
		mu.Lock()
		lost = false
		mu.Unlock()
		r.TryNow()
		pass(10 * time.Minute)
		for i := range moments {
			if n := i + 4; n < len(moments) && moments[n].Sub(moments[i]) < time.Minute {
				t.Errorf("five messages left within %v", moments[n].Sub(moments[i]))
			}
		}
		for _, s := range r.states() {
			if !strings.Contains(s, "sent") {
				t.Errorf("%s", s)
			}
		}
	})
}

// TestAStormBeforeAFarSideThatTakesFew: what comes by and by goes out together, and what comes
// a while later waits for seconds, not until a minute is over.
func TestAStormBeforeAFarSideThatTakesFew(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		chat := &pacedChannel{pace: notifier.Pace{Messages: 18, Within: time.Minute}}
		chat.bundle = 200
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": chat})).start()
		defer r.stop()
		for n := range 200 {
			r.happen(alarm.Raised, fmt.Sprintf("A%03d", n))
			pass(20 * time.Millisecond)
		}
		pass(5 * time.Second)
		if got := len(chat.lines()); got > 9 {
			t.Errorf("a storm of 4 s is %d messages", got)
		}
		if got := strings.Count(strings.Join(chat.lines(), "\n"), "raised"); got != 200 {
			t.Errorf("%d notices are told after 9 s, want 200", got)
		}
		before := len(chat.lines())
		r.happen(alarm.Raised, "D3EF")
		pass(5 * time.Second)
		if len(chat.lines()) != before+1 {
			t.Error("one that comes after a storm waits for more than 5 s")
		}
	})
}

// pacedProvider is a provider that takes so many messages to one address in a time.
type pacedProvider struct {
	provider
	pace notifier.Pace
}

func (p *pacedProvider) Pace() notifier.Pace { return p.pace }

// TestAnotherProviderHasItsOwnPace: what one provider refused is no reason for the next one to
// wait.
func TestAnotherProviderHasItsOwnPace(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		said := &book{}
		full := func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{}, notifier.After(errors.New("busy"), time.Hour)
		}
		once := notifier.Pace{Messages: 1, Within: time.Minute}
		east := &pacedProvider{provider: provider{name: "east", book: said, send: full}, pace: once}
		west := &pacedProvider{provider: provider{name: "west", book: said}, pace: once}
		target := notifier.Target{
			Recipient: notifier.Recipient{Channel: "voice", Name: "voice/wei", Address: "+4930000001"}, Zone: time.UTC,
			Channel: east, Provider: "east", Way: "voice east", Others: []notifier.Route{{Name: "west", Way: "voice west", Channel: west}},
		}
		r := open(t, path, notifier.NewDirectory(notifier.Entries{
			Receivers: map[string]notifier.Receiver{"a": {Name: "a", CallAfter: time.Minute, Targets: []notifier.Target{target}}}, Default: []string{"a"},
		})).start()
		defer r.stop()
		c := commitOf(alarm.Raised, "A2BC")
		c.Events[0].Severity = alarm.Critical
		if err := r.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute + 2*time.Second)
		want(t, "calls", said.read(), "east raised A2BC", "west raised A2BC")
	})
}
