package replies

import (
	"strings"
	"sync"
	"time"
)

const (
	// echo is how long the same words of a sender get no second answer: a machine that
	// answers our answer says the same again.
	echo = 10 * time.Second
	// perHour is how many answers a sender gets in an hour.
	perHour = 20
	// mostRecent is how many ids of messages are kept in memory.
	mostRecent = 1000
)

// senders remembers who texted within the last hour. There are no more of them than
// there are contacts. It is safe for use from several goroutines.
type senders struct {
	mu sync.Mutex
	of map[string]*sender // by phone number
}

// sender is what a number texted lately.
type sender struct {
	words    string // of the last message
	at       time.Time
	answered []time.Time // within the last hour, the oldest first
	confused time.Time   // when it was last told that nothing was understood; zero when it was since
}

// admit decides what a message gets: whether it is carried out, and whether it is
// answered.
func (s *senders) admit(phone, text string, v Verb, now time.Time) (run, reply bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prune(now)
	of := s.of[phone]
	if of == nil {
		of = &sender{}
		s.of[phone] = of
	}
	words := strings.Join(tokens(narrow(text)), " ")
	if !of.at.IsZero() && of.words == words && now.Sub(of.at) < echo {
		return false, false
	}
	of.words, of.at = words, now
	switch {
	case v != Nothing:
		of.confused = time.Time{}
	case !of.confused.IsZero() && now.Sub(of.confused) < time.Hour:
		return false, false
	}
	if len(of.answered) >= perHour {
		// Whoever acknowledges one alarm after the other in a bad hour is heard.
		return v == Ack || v == AckAll || v == AckOnly, false
	}
	if v == Nothing {
		of.confused = now
	}
	of.answered = append(of.answered, now)
	return true, true
}

// forget lets the last words of a sender count as new when they come again.
func (s *senders) forget(phone string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if of := s.of[phone]; of != nil {
		of.words, of.at = "", time.Time{}
	}
}

// prune forgets what is older than an hour.
func (s *senders) prune(now time.Time) {
	if s.of == nil {
		s.of = make(map[string]*sender)
	}
	for phone, of := range s.of {
		for len(of.answered) > 0 && now.Sub(of.answered[0]) >= time.Hour {
			of.answered = of.answered[1:]
		}
		if len(of.answered) == 0 && now.Sub(of.at) >= time.Hour {
			delete(s.of, phone)
		}
	}
}

// recent remembers the ids of the last messages. It is safe for use from several
// goroutines.
type recent struct {
	mu    sync.Mutex
	known map[string]bool
	order []string // the oldest first
}

// note notes an id, and tells whether it was there.
func (r *recent) note(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[id] {
		return true
	}
	if r.known == nil {
		r.known = make(map[string]bool)
	}
	r.known[id], r.order = true, append(r.order, id)
	if len(r.order) > mostRecent {
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
	return false
}
