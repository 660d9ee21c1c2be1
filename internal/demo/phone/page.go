package phone

import (
	"bytes"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/internal/phrases"
)

//go:embed page.html.tmpl phone.css phone.js
var files embed.FS

// onScreen is how many messages of a telephone are shown.
const onScreen = 40

// telephone is one telephone as the page shows it.
type telephone struct {
	Number  string
	Name    string // whose it is; "" when nobody said
	Sender  string // who wrote last
	Clock   string
	Stopped bool
	Writes  bool     // what is written on it arrives somewhere
	Bubbles []bubble // newest first: the page is filled from its bottom
	Older   int      // messages that are not on the screen
}

// Title is what the telephone is called.
func (t telephone) Title() string {
	if t.Name != "" {
		return t.Name
	}
	return t.Number
}

// bubble is one message, or one call, as a telephone shows it.
type bubble struct {
	Call    bool
	Key     string // that the call asks for; "" is none
	Press   string // the call, while the key can be pressed
	Heard   string // what was said after a key
	Day     string // set where a new day begins
	Time    string
	Stamp   string // the moment for machines
	Body    string
	Arrived bool
	Failed  bool
	Status  string
	Size    string // "1 segment, 97 signs"
	Own     bool   // the person with the telephone wrote it

	at time.Time
}

// pages registers what a browser asks for.
func (s *Server) pages() {
	say := s.opts.Say
	tmpl := template.Must(template.New("page.html.tmpl").Funcs(template.FuncMap{"t": say.T, "n": say.N, "tag": say.Tag}).ParseFS(files, "page.html.tmpl"))
	s.mux.Handle("POST /text", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.write)))
	s.mux.Handle("POST /press", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.press)))
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		if err := tmpl.Execute(&b, s.telephones()); err != nil {
			http.Error(w, "the page cannot be written: "+err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'self'")
		_, _ = w.Write(b.Bytes()) // the reader may be gone
	})
	for _, name := range []string{"phone.css", "phone.js"} {
		s.mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, files, name)
		})
	}
}

// telephones returns what the page shows, by number.
func (s *Server) telephones() []telephone {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Now()
	by := make(map[string]*telephone)
	add := func(number string) *telephone {
		if by[number] == nil {
			by[number] = &telephone{Number: number, Name: s.opts.Names[number], Stopped: s.stopped[number], Clock: now.Format("15:04"), Writes: s.inbound != ""}
		}
		return by[number]
	}
	for number := range s.opts.Names {
		add(number)
	}
	for _, m := range slices.Backward(s.messages) {
		t := add(m.to)
		if t.Sender == "" {
			t.Sender = m.sender()
		}
		t.Bubbles = append(t.Bubbles, m.bubble(now, s.opts.Pace, s.opts.Say))
	}
	for _, c := range slices.Backward(s.calls) {
		t := add(c.to)
		if t.Sender == "" {
			t.Sender = c.from
		}
		t.Bubbles = append(t.Bubbles, c.bubble(now, s.opts.Pace, s.opts.Say))
	}
	for i := range s.texts {
		t := add(s.texts[i].number)
		t.Bubbles = append(t.Bubbles, s.texts[i].bubble(s.opts.Say))
	}
	out := make([]telephone, 0, len(by))
	for _, t := range slices.Collect(maps.Values(by)) {
		slices.SortStableFunc(t.Bubbles, func(a, b bubble) int { return b.at.Compare(a.at) })
		if over := len(t.Bubbles) - onScreen; over > 0 {
			t.Bubbles, t.Older = t.Bubbles[:onScreen], over
		}
		markDays(t.Bubbles)
		out = append(out, *t)
	}
	slices.SortFunc(out, byNumber)
	return out
}

// markDays leaves the day only at the first message of each.
func markDays(newestFirst []bubble) {
	for i := range newestFirst {
		if i+1 < len(newestFirst) && newestFirst[i].Day == newestFirst[i+1].Day {
			newestFirst[i].Day = ""
		}
	}
}

// sender is who a telephone says the message is from.
func (m *message) sender() string {
	if m.from != "" {
		return m.from
	}
	return "Messaging service"
}

func (m *message) bubble(now time.Time, pace time.Duration, say *phrases.Printer) bubble {
	status, code := m.statusAt(now, pace)
	b := bubbleAt(m.createdAt, m.body, say)
	b.Arrived, b.Size = status == "delivered", m.size(say)
	switch status {
	case "delivered":
		b.Status = say.T("Delivered")
	case "undelivered", "failed":
		b.Failed, b.Status = true, say.T("Not delivered")
		if code != 0 {
			b.Status = say.T("Not delivered: %s", deliveryError(code)+" ("+strconv.Itoa(code)+")")
		}
	case "sending":
		b.Status = say.T("Sending")
	case "sent":
		b.Status = say.T("Sent")
	default:
		b.Status = say.T("Queued")
	}
	return b
}

// bubbleAt is a message of a moment.
func bubbleAt(at time.Time, body string, say *phrases.Printer) bubble {
	return bubble{Day: say.Language().Choose(at.Format("Monday, 2 January"), at.Format("1月2日")), Time: at.Format("15:04:05"), Stamp: at.UTC().Format(time.RFC3339), Body: body, at: at}
}

// bubble is what the person with the telephone wrote.
func (t *text) bubble(say *phrases.Printer) bubble {
	b := bubbleAt(t.at, t.body, say)
	b.Own, b.Arrived, b.Status = true, true, say.T("Sent")
	if t.failed != "" {
		b.Arrived, b.Failed, b.Status = false, true, say.T("Not delivered: %s", t.failed)
	}
	return b
}

// size says how long the text is, as it is paid for.
func (m *message) size(say *phrases.Printer) string {
	signs := say.T("%d signs", utf8.RuneCountInString(m.body))
	if m.segments == 0 {
		return signs
	}
	alphabet := "UCS-2"
	if m.gsm {
		alphabet = "GSM-7"
	}
	return say.N(m.segments, "%d segment", "%d segments", m.segments) + ", " + signs + ", " + alphabet
}
