package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// incidents is a far side that keeps incidents of its own, and knows an event again by its notice.
type incidents struct {
	bundle int
	fate   func() (arrives bool, err error) // nil: everything arrives, and it says so

	mu    sync.Mutex
	known map[string]bool
	story []string // "raised A2BC", each once, in order
}

// Bundle is how many events share a call.
func (f *incidents) Bundle() int { return f.bundle }

// Send takes the events, or does not, and says so, or does not.
func (f *incidents) Send(_ context.Context, m notifier.Message) (notifier.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	arrives, err := true, error(nil)
	if f.fate != nil {
		arrives, err = f.fate()
	}
	if arrives {
		if f.known == nil {
			f.known = make(map[string]bool)
		}
		for i := range m.Notices {
			n := &m.Notices[i]
			if !f.known[n.ID] {
				f.story = append(f.story, fmt.Sprintf("%s %s", n.Kind, n.Code))
			}
			f.known[n.ID] = true
		}
	}
	return notifier.Receipt{Status: notifier.Accepted}, err
}

func (f *incidents) set(fate func() (bool, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fate = fate
}

func (f *incidents) told() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.story)
}

// withIncidents is a receiver with a far side that keeps incidents, and a person.
func withIncidents(far *incidents, sms notifier.Channel) *notifier.Directory {
	return directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": far}, func(e *notifier.Entries) {
		r := e.Receivers["oncall"]
		for i := range r.Targets {
			t := &r.Targets[i]
			t.Acks = t.Recipient.Channel == "webhook"
			t.Recipient.Address = "http://h/" + t.Recipient.Name
		}
	})
}

func refused() (bool, error) { return false, errors.New("connection refused") }

func lost() (bool, error) { return false, notifier.Unknown(errors.New("reset")) }

func unheard() (bool, error) { return true, notifier.Unknown(errors.New("reset")) }

// TestAcknowledgements: a far side with incidents hears that somebody acknowledged, once, after
// the beginning and before the end; a person hears nothing of it.
func TestAcknowledgements(t *testing.T) {
	raise := func(r *rig, _ *incidents) { r.happen(alarm.Raised, "A2BC") }
	ack := func(r *rig, _ *incidents) { r.happen(alarm.Acked, "A2BC") }
	worse := func(r *rig, _ *incidents) { r.happen(alarm.Escalated, "A2BC") }
	end := func(r *rig, _ *incidents) { r.happen(alarm.Cleared, "A2BC") }
	goes := func(fate func() (bool, error)) func(*rig, *incidents) {
		return func(_ *rig, f *incidents) { f.set(fate) }
	}
	hour := func(*rig, *incidents) { pass(time.Hour) }
	for _, c := range []struct {
		name  string
		steps []func(*rig, *incidents)
		want  []string
	}{
		{"after the beginning", []func(*rig, *incidents){raise, ack}, []string{"raised A2BC", "acknowledged A2BC"}},
		{"before the beginning could leave", []func(*rig, *incidents){goes(refused), raise, ack, goes(nil), hour}, []string{"raised A2BC", "acknowledged A2BC"}},
		{"while the beginning is in doubt", []func(*rig, *incidents){goes(lost), raise, ack, goes(nil), hour}, []string{"raised A2BC", "acknowledged A2BC"}},
		{"while the beginning has arrived unheard", []func(*rig, *incidents){goes(unheard), raise, ack, goes(nil), hour}, []string{"raised A2BC", "acknowledged A2BC"}},
		{"in doubt itself, and the alarm ends", []func(*rig, *incidents){raise, goes(unheard), ack, end, goes(nil), hour}, []string{"raised A2BC", "acknowledged A2BC", "cleared A2BC"}},
		{"over before it could leave", []func(*rig, *incidents){raise, goes(refused), ack, end, goes(nil), hour}, []string{"raised A2BC", "cleared A2BC"}},
		{"the beginning never left", []func(*rig, *incidents){goes(refused), raise, ack, end, goes(nil), hour}, nil},
		{"graver before it could leave", []func(*rig, *incidents){raise, goes(refused), ack, worse, goes(nil), hour}, []string{"raised A2BC", "escalated A2BC"}},
		{"acknowledged again when it was graver", []func(*rig, *incidents){raise, ack, worse, ack}, []string{"raised A2BC", "acknowledged A2BC", "escalated A2BC", "acknowledged A2BC"}},
		{"news of the alarm takes no place of it", []func(*rig, *incidents){raise, goes(refused), ack, func(r *rig, _ *incidents) { r.happen(alarm.BeganFlapping, "A2BC") }, goes(nil), hour},
			[]string{"raised A2BC", "flapping A2BC", "acknowledged A2BC"}},
		{"the graver one cannot leave", []func(*rig, *incidents){raise, ack, goes(refused), worse, ack, goes(nil), hour},
			[]string{"raised A2BC", "acknowledged A2BC", "escalated A2BC", "acknowledged A2BC"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				far, sms := &incidents{bundle: 1}, &fakeChannel{}
				r := open(t, path, withIncidents(far, sms)).start()
				defer r.stop()
				for _, step := range c.steps {
					step(r, far)
					pass(2 * time.Second)
				}
				pass(time.Minute)
				want(t, "the far side hears", far.told(), c.want...)
				for _, line := range sms.lines() {
					if kind := string(alarm.Acked); slices.Contains(wordsOf(line), kind) {
						t.Errorf("a person is told: %q", line)
					}
				}
			})
		})
	}
}

// TestWhoAcknowledged: the acknowledgement is the notice of the beginning, with who acknowledged and when.
func TestWhoAcknowledged(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		var got notifier.Notice
		channel := &fakeChannel{answer: func(m notifier.Message) (notifier.Receipt, error) {
			got = m.Notices[0]
			return notifier.Receipt{Status: notifier.Accepted}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": channel}, func(e *notifier.Entries) {
			e.Receivers["oncall"].Targets[0].Acks = true
		})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		begun := got
		c := commitOf(alarm.Acked, "A2BC")
		c.Events[0].By = "wei"
		if err := r.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		by, at := got.Alert.Annotations["acknowledged_by"], got.Alert.Annotations["acknowledged_at"]
		if got.Kind != alarm.Acked || by != "wei" || at != c.Events[0].At.Format(time.RFC3339) {
			t.Errorf("told %s by %q at %q", got.Kind, by, at)
		}
		if got.Code != begun.Code || got.Alert.Fingerprint != begun.Alert.Fingerprint || got.Alert.Fingerprint == "" || got.Alert.Resolved {
			t.Errorf("it is about %s %s, want %s %s", got.Code, got.Alert.Fingerprint, begun.Code, begun.Alert.Fingerprint)
		}
	})
}

// TestAcknowledgementsWhateverHappens: for random alarms, acknowledgements, restarts and a far side
// that fails in every way, what it hears of each episode begins with its beginning, has each acknowledgement
// once and none after the end, and says at last whether somebody has acknowledged.
func TestAcknowledgementsWhateverHappens(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) { livesWithAcks(t, path, seed) })
		})
	}
}

// lived is what happened to one alarm of a random life.
type lived struct {
	open, acked bool
	acks        int
}

func livesWithAcks(t *testing.T, path string, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 30))
	far := &incidents{bundle: 1 + 4*int(seed%2)}
	fates := rand.New(rand.NewPCG(seed, 40))
	far.set(func() (bool, error) {
		return []func() (bool, error){refused, lost, unheard, func() (bool, error) { return true, nil }}[fates.IntN(4)]()
	})
	dir := withIncidents(far, &fakeChannel{})
	r := open(t, path, dir).start()
	ever := make(map[string]*lived)
	var codes []string
	for range 80 {
		var code string
		if len(codes) > 0 {
			code = codes[rnd.IntN(len(codes))]
		}
		one := ever[code]
		switch what := rnd.IntN(8); {
		case what < 2 || one == nil:
			code = fmt.Sprintf("A%03d", len(codes))
			codes = append(codes, code)
			ever[code] = &lived{open: true}
			r.happen(alarm.Raised, code)
		case what == 7:
			r.stop()
			r = open(t, path, dir).start()
		case !one.open:
		case what < 5:
			if !one.acked {
				one.acked = true
				one.acks++
				r.happen(alarm.Acked, code)
			}
		case what == 5:
			one.acked = false
			r.happen(alarm.Escalated, code)
		default:
			one.open = false
			r.happen(alarm.Cleared, code)
		}
		pass(time.Duration(rnd.IntN(15000)) * time.Millisecond)
	}
	far.set(nil)
	pass(30 * time.Minute)
	r.stop()

	heard := make(map[string][]string)
	for _, line := range far.told() {
		kind, code := wordsOf(line)[0], wordsOf(line)[1]
		heard[code] = append(heard[code], kind)
	}
	for _, code := range codes {
		one, kinds := ever[code], heard[code]
		acks, last := 0, ""
		for i, kind := range kinds {
			switch kind {
			case string(alarm.Acked):
				acks++
				if i == 0 {
					t.Errorf("%s is acknowledged before its beginning: %q", code, kinds)
				}
			case string(alarm.Cleared):
				if i < len(kinds)-1 {
					t.Errorf("something comes after the end of %s: %q", code, kinds)
				}
			}
			last = kind
		}
		if acks > one.acks {
			t.Errorf("%s was acknowledged %d times, and the far side heard it %d times: %q", code, one.acks, acks, kinds)
		}
		if one.open && (last == string(alarm.Acked)) != one.acked {
			t.Errorf("that %s is acknowledged is %v, and the far side heard %q", code, one.acked, kinds)
		}
	}
}

func wordsOf(line string) []string { return strings.Fields(line) }
