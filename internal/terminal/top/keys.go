package top

import (
	"slices"

	"github.com/brimwatch/brimwatch/internal/phrases"
)

// binding is what some keys do.
type binding struct {
	keys  []string // as Bubble Tea calls them
	shown string   // how people know them
	says  string   // what they do; a phrase
	brief string   // the same in the last line of the screen; "" is not there
	do    func(m *Model) want
}

// bindings lists all keys, in the order in which help shows them.
func bindings() []binding {
	return []binding{
		{[]string{"q", "ctrl+c"}, "q", phrases.Key("end"), phrases.Key("key|end"), func(*Model) want { return quit }},
		{[]string{"/"}, "/", phrases.Key("filter by words in name, id, product, account and labels; Enter keeps the filter, Esc drops what was typed"), phrases.Key("key|filter"), startTyping},
		{[]string{"s"}, "s", phrases.Key("sort otherwise: worst, fullest, name, id, product, next to expire"), phrases.Key("key|sort"), func(m *Model) want { return m.sortBy(1) }},
		{[]string{"S"}, "S", phrases.Key("the same, backwards"), "", func(m *Model) want { return m.sortBy(-1) }},
		{[]string{"r"}, "r", phrases.Key("turn the order round"), "", turnRound},
		{[]string{"t"}, "t", phrases.Key("only one state: alarm raised, no data, below the threshold, no alarm, expiring, past its term"), phrases.Key("key|state"), nextState},
		{[]string{"m"}, "m", phrases.Key("a line for each metric, or for each instance with its worst"), phrases.Key("key|metrics"), spreadOut},
		{[]string{"down", "j"}, "↓ ↑", phrases.Key("choose a line"), "", func(m *Model) want { m.move(1); return nothing }},
		{[]string{"up", "k"}, "", "", "", func(m *Model) want { m.move(-1); return nothing }},
		{[]string{"pgdown", "space", "ctrl+f"}, "PgDn PgUp", phrases.Key("a screen further, or back"), "", func(m *Model) want { m.scroll(m.room()); return nothing }},
		{[]string{"pgup", "ctrl+b"}, "", "", "", func(m *Model) want { m.scroll(-m.room()); return nothing }},
		{[]string{"home", "g"}, "Home End", phrases.Key("the first line, or the last"), "", func(m *Model) want { m.scroll(-len(m.rows)); return nothing }},
		{[]string{"end", "G"}, "", "", "", func(m *Model) want { m.scroll(len(m.rows)); return nothing }},
		{[]string{"enter", "right"}, "Enter", phrases.Key("all that is known of the chosen instance; Esc leads back"), phrases.Key("key|more"), openDetail},
		{[]string{"esc", "left"}, "Esc", phrases.Key("back; or without a filter, a state and a chosen line"), "", back},
		{[]string{"?", "h", "f1"}, "?", phrases.Key("this list"), phrases.Key("key|help"), openHelp},
		{[]string{"ctrl+z"}, "Ctrl-Z", phrases.Key("stop; fg goes on"), "", func(*Model) want { return suspend }},
	}
}

// pressed does what a key does.
func (m Model) pressed(key string) (Model, want) {
	for _, b := range bindings() {
		if slices.Contains(b.keys, key) {
			w := b.do(&m)
			return m, w
		}
	}
	return m, nothing
}

func startTyping(m *Model) want {
	m.typing, m.draft, m.page = true, m.Query, list
	return nothing
}

func (m *Model) sortBy(step int) want {
	all := Orders()
	at := slices.Index(all, m.Order)
	m.Order, m.first = all[(at+step+len(all))%len(all)], 0
	m.arrange()
	return nothing
}

func turnRound(m *Model) want {
	m.reversed, m.first = !m.reversed, 0
	m.arrange()
	return nothing
}

func nextState(m *Model) want {
	m.state, m.first = (m.state+1)%len(states()), 0
	m.arrange()
	return nothing
}

func spreadOut(m *Model) want {
	m.spread = !m.spread
	m.chosen, m.first = "", 0
	m.arrange()
	return nothing
}

// scroll moves what is shown; a line that is chosen goes with it.
func (m *Model) scroll(by int) {
	if m.at() >= 0 {
		m.move(by)
		return
	}
	m.first = max(0, min(m.first+by, len(m.rows)-m.room()))
}

func openDetail(m *Model) want {
	switch {
	case m.page != list:
		m.page = list
	case m.at() >= 0:
		m.page = detail
	case len(m.rows) > 0:
		m.move(1)
		m.page = detail
	}
	return nothing
}

func openHelp(m *Model) want {
	if m.page == help {
		m.page = list
	} else {
		m.page = help
	}
	return nothing
}

func back(m *Model) want {
	switch {
	case m.page != list:
		m.page = list
	case m.chosen != "":
		m.chosen = ""
	case m.Query != "" || m.state != 0:
		m.Query, m.state, m.first = "", 0, 0
		m.arrange()
	}
	return nothing
}
