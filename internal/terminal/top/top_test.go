package top

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

// noon is the time of these tests.
func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func to[T any](v T) *T { return &v }

// measured is a metric with a capacity and a threshold of 70 %.
func measured(usage, capacity float64) wire.Metric {
	m := wire.Metric{Usage: &usage, Capacity: &capacity, Utilization: to(usage / capacity), Threshold: to(0.7), State: "ok"}
	if usage/capacity >= 0.7 {
		m.State = "raised"
	}
	return m
}

// small is a fleet that has one of each kind.
func small() []wire.Instance {
	active := wire.Lifecycle{State: "active", Reason: "paid, last day 2027-06-30", TermEnd: "last day 2027-06-30", ExpiresAt: to(time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC))}
	expiring := wire.Lifecycle{State: "expiring", Reason: "paid, last day 2026-11-26", TermEnd: "last day 2026-11-26", ExpiresAt: to(time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)), Next: &wire.Next{State: "grace", At: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)}}
	unknown := wire.Lifecycle{State: "unknown", Reason: "nothing is known about its term"}
	return []wire.Instance{
		{ID: "idle-1", Name: "Idle", Product: "mqtt", Edition: "basic", State: "ok", Watched: true, Lifecycle: active, Metrics: map[string]wire.Metric{"connections": measured(12, 5000), "message_tps": measured(3, 1000)}},
		{ID: "mqtt-cn-0pp1abc", Name: "Orders", Account: "acme", Product: "mqtt", Edition: "basic", State: "raised", Watched: true, Up: to(true), Lifecycle: active, Labels: map[string]string{"team": "orders", "env": "prod"},
			Metrics: map[string]wire.Metric{"connections": measured(3612, 5000), "subscriptions": measured(3100, 10000), "message_tps": measured(640, 1000), "send_tps": {Usage: to(320.0), State: "unwatched"}}},
		{ID: "pay-2", Name: "Payments", Product: "rocketmq", Edition: "professional", State: "unknown", Watched: true, Up: to(false), Reason: "connection refused, nothing listens there", Lifecycle: unknown,
			Metrics: map[string]wire.Metric{"message_tps": {Capacity: to(4000.0), Threshold: to(0.7), State: "unknown", Reason: "connection refused, nothing listens there"}}},
		{ID: "cache-7", Name: "会话缓存", Product: "redis", State: "ok", Watched: true, Lifecycle: expiring, Metrics: map[string]wire.Metric{"memory_bytes": measured(2.5*(1<<30), 4*(1<<30))}},
		{ID: "calendar", Name: "Only its calendar", Product: "iot", State: "unwatched", Lifecycle: wire.Lifecycle{State: "suspended", TermEnd: "last day 2026-11-10", ExpiresAt: to(time.Date(2026, 11, 11, 0, 0, 0, 0, time.UTC))}},
		{ID: "evil", Name: "a\x1b[2J\u202eb\tc", Product: "mqtt", State: "ok", Watched: true, Lifecycle: unknown, Metrics: map[string]wire.Metric{"connections": measured(69, 100)}},
	}
}

// screenOf is a model with an answer, on a screen.
func screenOf(l words.Language, look terminal.Look, list []wire.Instance) Model {
	m := New(Options{Where: "http://127.0.0.1:9740", Every: 5 * time.Second, Zone: time.UTC, Say: phrases.New().In(l), Look: look, Order: Worst}, noon())
	m, _ = m.update(answer{fleet: list, at: noon()})
	return m
}

// press sends keys as they are typed.
func press(t helper, m Model, keys ...string) Model {
	t.Helper()
	for _, k := range keys {
		m, _ = m.update(keyOf(k))
	}
	return m
}

type helper interface{ Helper() }

func keyOf(k string) tea.KeyPressMsg {
	special := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace, "down": tea.KeyDown, "up": tea.KeyUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd}
	if code, ok := special[k]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if k == "ctrl+c" {
		return tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

// TestScreens draws the screen after keys, in sizes and languages.
func TestScreens(t *testing.T) {
	at := func(width, height int) terminal.Look {
		return terminal.Look{Unicode: true, Width: width, Height: height}
	}
	en, zh := words.EN, words.ZH
	lost := func(m Model) Model {
		m, _ = m.update(answer{err: errors.New("the Brimwatch at http://127.0.0.1:9740 did not answer in time"), at: noon().Add(5 * time.Second)})
		return m
	}
	tests := []struct {
		name string
		m    Model
	}{
		{"80x24", screenOf(en, at(80, 24), small())},
		{"80x24 in Chinese", screenOf(zh, at(80, 24), small())},
		{"140x12", screenOf(en, at(140, 12), small())},
		{"40x10", screenOf(en, at(40, 10), small())},
		{"in ASCII", screenOf(en, terminal.Look{Width: 80, Height: 12}, small())},
		{"in colours", screenOf(en, terminal.Look{Unicode: true, Color: true, Width: 80, Height: 12}, small())},
		{"a line for each metric, by name, turned round", press(t, screenOf(en, at(80, 18), small()), "m", "s", "s", "r")},
		{"a filter that is being written", press(t, screenOf(en, at(80, 12), small()), "/", "r", "e", "d")},
		{"a filter that is kept, and a state", press(t, screenOf(en, at(80, 12), small()), "/", "m", "q", "enter", "t")},
		{"nothing fits", press(t, screenOf(en, at(80, 12), small()), "/", "z", "z", "enter")},
		{"the chosen instance", press(t, screenOf(en, at(80, 24), small()), "down", "enter")},
		{"the chosen instance in Chinese", press(t, screenOf(zh, at(80, 24), small()), "down", "down", "down", "down", "enter")},
		{"a source that is not read", press(t, screenOf(en, at(80, 24), small()), "down", "down", "enter")},
		{"help", press(t, screenOf(en, at(80, 24), small()), "?")},
		{"help in Chinese", press(t, screenOf(zh, at(80, 24), small()), "?")},
		{"the answer stays away", lost(screenOf(en, at(80, 12), small()))},
		{"nobody ever answered", lost(New(Options{Where: "http://127.0.0.1:9740", Zone: time.UTC, Look: at(80, 8), Order: Worst}, noon()))},
		{"before the first answer", New(Options{Where: "http://127.0.0.1:9740", Zone: time.UTC, Look: at(80, 8), Order: Worst}, noon())},
		{"the last of many", press(t, screenOf(en, at(80, 12), many(300)), "end")},
	}
	var all strings.Builder
	for _, tt := range tests {
		all.WriteString("== " + tt.name + "\n")
		for line := range strings.Lines(tt.m.Screen() + "\n") {
			all.WriteString(strings.TrimRight(strings.ReplaceAll(line, "\x1b", "^"), " \n") + "\n")
		}
	}
	golden.Equal(t, "screens.txt", []byte(all.String()))
}

func many(n int) []wire.Instance {
	out := make([]wire.Instance, n)
	for i := range out {
		out[i] = wire.Instance{ID: fmt.Sprintf("i-%03d", i), Product: "mqtt", State: "ok", Watched: true, Metrics: map[string]wire.Metric{"connections": measured(float64(i), 1000)}}
	}
	return out
}

// TestTheChosenLineStaysChosen: a new order, a new answer and a smaller screen keep it in sight.
func TestTheChosenLineStaysChosen(t *testing.T) {
	m := press(t, screenOf(words.EN, terminal.Look{Unicode: true, Width: 80, Height: 12}, many(300)), "down", "down", "down")
	chosen := m.chosen
	if !strings.HasPrefix(chosen, "i-297\x00") { // the third fullest
		t.Fatalf("chosen is %q", chosen)
	}
	m, _ = m.update(answer{fleet: many(299), at: noon().Add(time.Minute)})
	m, _ = m.update(tea.WindowSizeMsg{Width: 60, Height: 8})
	m = press(t, m, "s", "s", "r", "r")
	if at := m.at(); m.chosen != chosen || at < m.first || at >= m.first+m.room() {
		t.Errorf("chosen is %q in row %d, and rows %d to %d are shown", m.chosen, at, m.first, m.first+m.room())
	}
	m, _ = m.update(answer{fleet: many(10), at: noon().Add(time.Minute)})
	if m.chosen != "" || m.first != 10-m.room() {
		t.Errorf("what is gone is still chosen, or nothing is shown: %q from %d", m.chosen, m.first)
	}
}

// TestItGoesOnAsking: after an answer and after none.
func TestItGoesOnAsking(t *testing.T) {
	m := screenOf(words.EN, terminal.Look{Width: 80, Height: 24}, nil)
	for _, err := range []error{nil, errors.New("no route"), errors.New("no route"), nil} {
		var w want
		if m, w = m.update(answer{fleet: small(), err: err, at: noon()}); w != wait {
			t.Fatalf("after %v it wants %v", err, w)
		}
		if m, w = m.update(due{}); w != ask {
			t.Fatalf("when it is due it wants %v", w)
		}
	}
	if m.fault != "" || len(m.rows) != 6 {
		t.Errorf("after it came back: %q, %d rows", m.fault, len(m.rows))
	}
	if _, w := m.update(tick(noon())); w != count {
		t.Errorf("the clock stops: %v", w)
	}
	for _, key := range []string{"q", "ctrl+c"} {
		if _, w := m.update(keyOf(key)); w != quit {
			t.Errorf("%s wants %v", key, w)
		}
	}
	typing := press(t, m, "/", "q")
	if !typing.typing || typing.draft != "q" {
		t.Errorf("q in a filter: %+v", typing.draft)
	}
	if _, w := typing.update(keyOf("ctrl+c")); w != quit {
		t.Error("Ctrl-C does not end a screen with a filter")
	}
}

// TestAnythingTyped: whatever is typed and however small the screen is, it has no more lines and
// cells than there are, and nothing but colours in it that a terminal would obey.
func TestAnythingTyped(t *testing.T) {
	colour := regexp.MustCompile("\x1b\\[[0-9]*m")
	keys := []string{"/", "s", "S", "r", "t", "m", "down", "up", "pgdown", "home", "end", "enter", "esc", "?", "a", "组", "backspace", " "}
	rapid.Check(t, func(t *rapid.T) {
		look := terminal.Look{Unicode: rapid.Bool().Draw(t, "unicode"), Color: rapid.Bool().Draw(t, "color"), Width: 80, Height: 24}
		m := screenOf(rapid.SampledFrom([]words.Language{words.EN, words.ZH}).Draw(t, "language"), look, small())
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				m, _ = m.update(tea.WindowSizeMsg{Width: rapid.IntRange(0, 200).Draw(t, "width"), Height: rapid.IntRange(0, 50).Draw(t, "height")})
			case 1:
				m, _ = m.update(answer{fleet: small()[:rapid.IntRange(0, 6).Draw(t, "instances")], at: noon()})
			case 2:
				m, _ = m.update(answer{err: errors.New("a\x1b]0;title\x07b"), at: noon()})
			case 3:
				m, _ = m.update(tea.PasteMsg{Content: "x\x1b[31m\n\u202e"})
			default:
				m = press(t, m, rapid.SampledFrom(keys).Draw(t, "key"))
			}
		}
		lines := strings.Split(m.Screen(), "\n")
		if len(lines) > max(1, m.height) {
			t.Fatalf("%d lines on a screen of %d", len(lines), m.height)
		}
		for _, line := range lines {
			line = colour.ReplaceAllString(line, "")
			if wide := phrases.Cells(line); wide > m.width {
				t.Fatalf("%d cells on a screen of %d: %q", wide, m.width, line)
			}
			if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }); i >= 0 {
				t.Fatalf("%q reaches the terminal", line)
			}
		}
	})
}

// TestFilterAndOrder: what is listed, by the same words as the page of instances.
func TestFilterAndOrder(t *testing.T) {
	tests := []struct {
		name  string
		order Order
		f     Filter
		want  string
	}{
		{"worst", Worst, Filter{}, "mqtt-cn-0pp1abc pay-2 calendar cache-7 evil idle-1"},
		{"fullest", Fullest, Filter{}, "mqtt-cn-0pp1abc evil cache-7 idle-1 calendar pay-2"},
		{"id", ByID, Filter{}, "cache-7 calendar evil idle-1 mqtt-cn-0pp1abc pay-2"},
		{"product", Product, Filter{}, "calendar evil mqtt-cn-0pp1abc idle-1 cache-7 pay-2"},
		{"next to expire", Expiring, Filter{}, "calendar cache-7 idle-1 mqtt-cn-0pp1abc evil pay-2"},
		{"words", ByID, Filter{Query: "MQTT  prod"}, "mqtt-cn-0pp1abc"},
		{"an account", ByID, Filter{Query: "acme"}, "mqtt-cn-0pp1abc"},
		{"Chinese", ByID, Filter{Query: "会话"}, "cache-7"},
		{"raised", ByID, Filter{State: "raised"}, "mqtt-cn-0pp1abc"},
		{"unwatched", ByID, Filter{State: "unwatched"}, "calendar"},
		{"expiring", ByID, Filter{State: "expiring"}, "cache-7"},
		{"past", ByID, Filter{State: "past"}, "calendar"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, r := range rowsOf(small(), tt.f, tt.order, false, false) {
				got = append(got, r.in.ID)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %s, want %s", strings.Join(got, " "), tt.want)
			}
		})
	}
}
