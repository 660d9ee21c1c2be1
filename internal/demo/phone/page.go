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
	Keys    string // that the call asks for; "" is none
	Heard   string // what was said after a key
	Day     string // set where a new day begins
	Time    string
	Stamp   string // the moment for machines
	Body    string
	Arrived bool
	Failed  bool
	Status  string
	Size    string // "1 segment, 97 signs"
}

// pages registers what a browser asks for.
func (s *Server) pages() {
	tmpl := template.Must(template.ParseFS(files, "page.html.tmpl"))
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		if err := tmpl.Execute(&b, s.telephones()); err != nil {
			http.Error(w, "the page cannot be written: "+err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'self'")
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
			by[number] = &telephone{Number: number, Name: s.opts.Names[number], Stopped: s.stopped[number], Clock: now.Format("15:04")}
		}
		return by[number]
	}
	for number := range s.opts.Names {
		add(number)
	}
	for _, e := range s.newestFirst() {
		t := add(e.to)
		if t.Sender == "" {
			t.Sender = e.sender
		}
		if len(t.Bubbles) == onScreen {
			t.Older++
			continue
		}
		t.Bubbles = append(t.Bubbles, e.bubble(now, s.opts.Pace))
	}
	out := make([]telephone, 0, len(by))
	for _, t := range slices.Collect(maps.Values(by)) {
		markDays(t.Bubbles)
		out = append(out, *t)
	}
	slices.SortFunc(out, byNumber)
	return out
}

// entry is a message or a call of a telephone.
type entry struct {
	at         time.Time
	to, sender string
	bubble     func(now time.Time, pace time.Duration) bubble
}

// newestFirst lists messages and calls together.
func (s *Server) newestFirst() []entry {
	var out []entry
	for _, m := range slices.Backward(s.messages) {
		out = append(out, entry{m.createdAt, m.to, m.sender(), m.bubble})
	}
	for _, c := range slices.Backward(s.calls) {
		out = append(out, entry{c.createdAt, c.to, c.from, c.bubble})
	}
	slices.SortStableFunc(out, func(a, b entry) int { return b.at.Compare(a.at) })
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

func (m *message) bubble(now time.Time, pace time.Duration) bubble {
	status, code := m.statusAt(now, pace)
	b := bubble{
		Day: m.createdAt.Format("Monday, 2 January"), Time: m.createdAt.Format("15:04:05"), Stamp: m.createdAt.UTC().Format(time.RFC3339),
		Body: m.body, Arrived: status == "delivered", Size: m.size(),
	}
	switch status {
	case "delivered":
		b.Status = "Delivered"
	case "undelivered", "failed":
		b.Failed, b.Status = true, "Not delivered"
		if code != 0 {
			b.Status += ": " + deliveryError(code) + " (" + strconv.Itoa(code) + ")"
		}
	case "sending":
		b.Status = "Sending"
	case "sent":
		b.Status = "Sent"
	default:
		b.Status = "Queued"
	}
	return b
}

// size says how long the text is, as it is paid for.
func (m *message) size() string {
	signs := strconv.Itoa(utf8.RuneCountInString(m.body)) + " signs"
	if m.segments == 0 {
		return signs
	}
	unit, alphabet := " segments", "UCS-2"
	if m.segments == 1 {
		unit = " segment"
	}
	if m.gsm {
		alphabet = "GSM-7"
	}
	return strconv.Itoa(m.segments) + unit + ", " + signs + ", " + alphabet
}
