package outbox

import (
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
		{"only the last ones count", notifier.Pace{Messages: 2, Within: time.Minute}, []instant{1 * s, 2 * s, 30 * s, 40 * s}, true, 90 * s},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var a allowance
			for _, at := range tt.sent {
				a.note(at, tt.pace)
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
