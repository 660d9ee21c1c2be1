package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// farSide is a provider that remembers what it took, and answers as it likes.
type farSide struct {
	rnd *rand.Rand

	asked bool // it can be: a second message of the same id is a second message

	mu      sync.Mutex
	healthy bool
	taken   []taken
}

// taken is a message that arrived, or will.
type taken struct {
	at      time.Time
	id      string // of the message
	address string
	text    string
	notices []string
}

// Bundle lets one message speak for all.
func (f *farSide) Bundle() int { return 1000 }

// Send takes the message, or does not, and says so, or does not.
func (f *farSide) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	f.mu.Lock()
	fate := f.rnd.IntN(7)
	if f.healthy {
		fate = 0
	}
	late := time.Duration(f.rnd.IntN(20)) * time.Second
	f.mu.Unlock()
	switch fate {
	case 1:
		return notifier.Receipt{}, errors.New("connection refused")
	case 2:
		return notifier.Receipt{}, notifier.After(errors.New("429"), 7*time.Second)
	case 3: // cut off before it was read
		return notifier.Receipt{}, notifier.Unknown(errors.New("reset"))
	case 4: // taken, and the answer is lost
		f.take(m, 0)
		return notifier.Receipt{}, notifier.Unknown(errors.New("reset"))
	case 5: // no answer in time, and taken later
		f.take(m, 10*time.Second+late)
		<-time.After(10 * time.Second)
		return notifier.Receipt{}, notifier.Unknown(fmt.Errorf("no answer: %w", context.DeadlineExceeded))
	case 6: // no answer in time, and never taken
		<-time.After(10 * time.Second)
		return notifier.Receipt{}, notifier.Unknown(fmt.Errorf("no answer: %w", context.DeadlineExceeded))
	}
	f.take(m, 0)
	return notifier.Receipt{Status: notifier.Accepted}, ctx.Err()
}

func (f *farSide) take(m notifier.Message, in time.Duration) {
	t := taken{at: time.Now().Add(in), id: m.ID, address: m.Recipient.Address, text: m.Text}
	for i := range m.Notices {
		t.notices = append(t.notices, m.Notices[i].ID+" "+m.Notices[i].Code+" "+string(m.Notices[i].Kind))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken = append(f.taken, t)
}

// Find tells whether a text arrived within the age of the message.
func (f *farSide) Find(_ context.Context, m notifier.Message) (notifier.Receipt, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.healthy && f.rnd.IntN(4) == 0 {
		return notifier.Receipt{}, false, errors.New("503")
	}
	now := time.Now()
	for _, t := range f.taken {
		if t.text == m.Text && t.address == m.Recipient.Address && !t.at.After(now) && !t.at.Before(now.Add(-m.Age-2*time.Second)) {
			return notifier.Receipt{Status: notifier.Accepted}, true, nil
		}
	}
	return notifier.Receipt{}, false, nil
}

// hookSide is a far side that cannot be asked, and knows a message by its id.
type hookSide struct{ far *farSide }

// Bundle lets a few notices share a message.
func (hookSide) Bundle() int { return 5 }

// Send is that of the far side.
func (h hookSide) Send(ctx context.Context, m notifier.Message) (notifier.Receipt, error) {
	return h.far.Send(ctx, m)
}

// heardOf lists what arrived, notice by notice, in order of time. The same message
// counts once.
func (f *farSide) heardOf() (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := slices.Clone(f.taken)
	slices.SortStableFunc(list, func(a, b taken) int { return a.at.Compare(b.at) })
	known := make(map[string]bool)
	for _, t := range list {
		if !f.asked && known[t.id] {
			continue
		}
		known[t.id] = true
		out = append(out, t.notices...)
	}
	return out
}

// course is a random life of some alarms before a random far side.
type course struct {
	t    *testing.T
	rnd  *rand.Rand
	far  *farSide
	r    *rig
	dir  *notifier.Directory
	make func(receiver, person string) *notifier.Directory
	open map[string]bool
	ever []string
}

// step lets one thing happen.
func (c *course) step() {
	switch c.rnd.IntN(10) {
	case 0, 1, 2:
		code := fmt.Sprintf("A%03d", len(c.ever))
		c.ever = append(c.ever, code)
		c.open[code] = true
		c.r.happen(alarm.Raised, code)
	case 3, 4:
		if code := c.some(); code != "" {
			c.r.happen(alarm.Cleared, code)
			delete(c.open, code)
		}
	case 5:
		if code := c.some(); code != "" {
			c.r.happen([]alarm.EventKind{alarm.Escalated, alarm.Reminded}[c.rnd.IntN(2)], code)
		}
	case 6:
		c.r.stop()
		c.r = open(c.t, c.r.path, c.dir).start()
	case 7:
		c.dir = c.make([]string{"oncall", "ops"}[c.rnd.IntN(2)], []string{"wei", "li"}[c.rnd.IntN(2)])
		c.r.SetDirectory(c.dir)
	}
	pass(time.Duration(c.rnd.IntN(20000)) * time.Millisecond)
}

// some returns an open alarm; "" when there is none.
func (c *course) some() string {
	var codes []string
	for _, code := range c.ever {
		if c.open[code] {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 {
		return ""
	}
	return codes[c.rnd.IntN(len(codes))]
}

// judge holds what arrived against what happened.
func (c *course) judge() {
	heard := make(map[string][]string) // of each alarm: the kinds, in order
	seen := make(map[string]bool)
	for _, line := range c.far.heardOf() {
		if seen[line] {
			c.t.Errorf("doubled: %s%s", line, c.story(strings.Fields(line)[1]))
		}
		seen[line] = true
		var id, code, kind string
		if _, err := fmt.Sscan(line, &id, &code, &kind); err != nil {
			c.t.Fatal(err)
		}
		heard[code] = append(heard[code], kind)
	}
	for _, code := range c.ever {
		kinds := heard[code]
		begun := len(kinds) > 0 && kinds[0] != string(alarm.Cleared)
		ended := slices.Index(kinds, string(alarm.Cleared))
		switch {
		case c.open[code] && !begun:
			c.t.Errorf("%s is open, and nobody heard of it: %q", code, kinds)
		case c.open[code] && ended >= 0:
			c.t.Errorf("%s is open, and people heard that it is over", code)
		case !c.open[code] && begun && ended != len(kinds)-1:
			c.t.Errorf("%s is over, and people heard %q%s", code, kinds, c.story(code))
		case !c.open[code] && !begun && len(kinds) > 0:
			c.t.Errorf("people heard only of the end of %s", code)
		}
	}
}

// story tells all that is known of an alarm, for the case that something is wrong.
func (c *course) story(code string) string {
	out := "\n"
	rows, err := c.r.db.QueryContext(context.Background(), `SELECT kind || ' ' || recipient || ' ' || told || ': ' || state || ' ' || reason FROM notice WHERE code = ? ORDER BY seq`, code)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			c.t.Fatal(err)
		}
		out += "\t" + line + "\n"
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	for _, t := range c.far.taken {
		for _, n := range t.notices {
			if strings.Contains(n, " "+code+" ") {
				out += fmt.Sprintf("\tarrived %s: %s (%s)\n", t.at.Format("04:05"), n, t.text)
			}
		}
	}
	return out
}

// TestWhateverHappens: for random alarms, restarts, new names and a far side that fails
// in every way: nothing is lost, told twice, or in the wrong order. A text message is
// looked up, and a webhook is known by its id.
func TestWhateverHappens(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("sms %d", seed), func(t *testing.T) {
			t.Parallel()
			live(t, seed, true, func(far *farSide) func(receiver, who string) *notifier.Directory {
				return func(receiver, who string) *notifier.Directory {
					return team(receiver, far, person(who, "+15550000001", far))
				}
			})
		})
		t.Run(fmt.Sprintf("webhook %d", seed), func(t *testing.T) {
			t.Parallel()
			live(t, seed, false, func(far *farSide) func(receiver, who string) *notifier.Directory {
				return func(receiver, _ string) *notifier.Directory {
					return team(receiver, hookSide{far}, notifier.Target{
						Recipient: notifier.Recipient{Channel: "webhook", Name: "webhook/" + receiver, Address: "http://h/x"},
						Channel:   hookSide{far}, Zone: time.UTC, Way: "webhook http://h",
					})
				}
			})
		})
	}
}

// live lets a random course happen, and judges it.
func live(t *testing.T, seed uint64, asked bool, directories func(*farSide) func(receiver, who string) *notifier.Directory) {
	t.Helper()
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		far := &farSide{rnd: rand.New(rand.NewPCG(seed, 20)), asked: asked}
		c := &course{t: t, rnd: rand.New(rand.NewPCG(seed, 10)), far: far, make: directories(far), open: map[string]bool{}}
		c.dir = c.make("oncall", "wei")
		c.r = open(t, path, c.dir).start()
		for range 60 {
			c.step()
		}
		far.mu.Lock()
		far.healthy = true
		far.mu.Unlock()
		pass(10 * time.Minute)
		if pending, _ := c.r.depth(notifier.Pending); pending > 0 {
			t.Errorf("%d notices still wait: %q", pending, c.r.states())
		}
		c.judge()
		c.r.stop()
	})
}
