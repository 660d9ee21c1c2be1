package top

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// Model is all that the screen knows.
type Model struct {
	Options

	width, height int
	now           time.Time

	fleet []wire.Instance
	read  time.Time // when fleet was told; zero before the first answer
	fault string    // why the newest question had no answer; "" when it had
	lost  time.Time // when answers began to fail

	rows     []row // of the fleet, filtered and in order
	reversed bool
	state    int  // of states
	spread   bool // a row for each metric
	typing   bool // the filter is being written
	draft    string
	chosen   string // key of the chosen row; "" is none
	first    int    // row at the top
	page     page
}

// page is what the screen shows.
type page uint8

const (
	list page = iota
	detail
	help
)

// What happens, besides keys and sizes.
type (
	// answer is what Ask returned.
	answer struct {
		fleet []wire.Instance
		err   error
		at    time.Time
	}
	// due says that it is time to ask.
	due struct{}
	// tick is the time.
	tick time.Time
)

// New returns the model before anything has happened.
func New(o Options, now time.Time) Model {
	return Model{Options: o, width: o.Look.Width, height: o.Look.Height, now: now}
}

// update returns the model after something has happened, and what it wants done.
func (m Model) update(msg any) (Model, want) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.keepChosenInSight()
	case tick:
		m.now = time.Time(msg)
		return m, count
	case due:
		return m, ask
	case answer:
		m.take(msg)
		return m, wait
	case tea.PasteMsg:
		if m.typing {
			m.write(m.draft + msg.Content)
		}
	case tea.KeyPressMsg:
		if m.typing {
			return m.typed(msg)
		}
		return m.pressed(msg.String())
	}
	return m, nothing
}

func (m *Model) take(a answer) {
	m.now = a.at
	if a.err != nil {
		if m.fault == "" {
			m.lost = a.at
		}
		text, _ := m.Say.Heard(a.err.Error())
		m.fault = terminal.Plain(text)
		return
	}
	m.fleet, m.read, m.fault = a.fleet, a.at, ""
	m.arrange()
}

// arrange makes the rows anew.
func (m *Model) arrange() {
	m.rows = rowsOf(m.fleet, m.filter(), m.Order, m.reversed, m.spread)
	m.keepChosenInSight()
}

func (m *Model) filter() Filter {
	query := m.Query
	if m.typing {
		query = m.draft
	}
	return Filter{Query: query, State: states()[m.state]}
}

// typed takes a key while the filter is written.
func (m Model) typed(key tea.KeyPressMsg) (Model, want) {
	switch key.String() {
	case "ctrl+c":
		return m, quit
	case "enter":
		m.Query, m.typing = m.draft, false
		m.arrange()
	case "esc":
		m.typing = false
		m.arrange()
	case "backspace":
		if r := []rune(m.draft); len(r) > 0 {
			m.write(string(r[:len(r)-1]))
		}
	case "ctrl+u":
		m.write("")
	default:
		if key.Text != "" {
			m.write(m.draft + key.Text)
		}
	}
	return m, nothing
}

// maxQuery is how long a filter may become.
const maxQuery = 200

func (m *Model) write(draft string) {
	if r := []rune(strings.ReplaceAll(terminal.Plain(draft), "\n", " ")); len(r) <= maxQuery {
		m.draft = string(r)
		m.first = 0
		m.arrange()
	}
}

// at is the index of the chosen row; -1 when none is.
func (m *Model) at() int {
	for i := range m.rows {
		if m.chosen != "" && m.rows[i].key() == m.chosen {
			return i
		}
	}
	return -1
}

// move chooses another row, by so many below the one that is chosen.
func (m *Model) move(by int) {
	if len(m.rows) == 0 {
		return
	}
	at := m.at()
	if at < 0 {
		at = m.first
		by -= min(1, max(by, 0)) // the first step down chooses the first row
	}
	at = min(max(at+by, 0), len(m.rows)-1)
	m.chosen = m.rows[at].key()
	m.keepChosenInSight()
}

// keepChosenInSight scrolls as little as needed.
func (m *Model) keepChosenInSight() {
	room := m.room()
	if at := m.at(); at >= 0 {
		m.first = min(m.first, at)
		m.first = max(m.first, at-room+1)
	} else {
		m.chosen = ""
	}
	m.first = max(0, min(m.first, len(m.rows)-room))
}
