// Package phone is a telephone on a page: an HTTP server that keeps the
// contract of Twilio's resources Messages and Calls (API 2010-04-01) for sending, listing
// and fetching, and shows what was sent as a telephone would. The demo shows it
// to people; tests make it fail in the ways a provider can (Fault).
//
// It sends nothing anywhere, keeps the last messages in memory only, and runs no
// goroutine: how far a message got is worked out from the clock when somebody
// asks.
package phone

import (
	"cmp"
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/internal/phrases"
)

// Options describe the account that the server stands for.
type Options struct {
	AccountSID string            // AC and 32 hex digits
	AuthToken  string            // signs in as the account, and signs callbacks
	Keys       map[string]string // API keys that sign in too: secret by SID
	Names      map[string]string // whose telephone a number is; these are shown from the start
	Now        func() time.Time  // nil is time.Now
	// Pace is how long a message stays queued, then sending, then sent, before it
	// is delivered; 0 is one second each.
	Pace time.Duration
	// Listens is how long a person listens to a call that asks for a key, and may press one on
	// the page; 0 is as long as any step.
	Listens time.Duration
	Keep    int // messages kept, oldest go first; 0 is 500
	// Segments counts the segments of a text and tells whether it is GSM-7. Nil
	// leaves num_segments at "0", as Twilio does until it knows.
	Segments func(text string) (n int, gsm bool)
	Say      *phrases.Printer // the language of the page; nil is English
	// Callbacks carries status callbacks, when Notify is called, and what people write.
	Callbacks http.RoundTripper
}

// Server answers like Twilio, and shows a page at /. It is safe for use from
// several goroutines.
type Server struct {
	opts Options
	mux  *http.ServeMux

	mu       sync.Mutex
	messages []*message // oldest first
	stopped  map[string]bool
	created  int // messages ever created
	posts    int // requests to create one
	fault    func(Request) Fault
	texts    []text // what people wrote, oldest first
	inbound  string
	calls    []*call // oldest first
	asked    int     // requests to create a call
	taken    func(CallRequest) Taken
}

// New returns a server for one account.
func New(o Options) (*Server, error) {
	if !isSID(o.AccountSID, "AC") {
		return nil, errors.New("account_sid: must be AC and 32 hex digits")
	}
	if o.AuthToken == "" {
		return nil, errors.New("auth_token: missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pace <= 0 {
		o.Pace = time.Second
	}
	if o.Keep <= 0 {
		o.Keep = 500
	}
	s := &Server{opts: o, mux: http.NewServeMux(), stopped: make(map[string]bool)}
	s.mux.HandleFunc("POST /2010-04-01/Accounts/{account}/Messages.json", s.api(s.create))
	s.mux.HandleFunc("GET /2010-04-01/Accounts/{account}/Messages.json", s.api(s.list))
	s.mux.HandleFunc("GET /2010-04-01/Accounts/{account}/Messages/{file}", s.api(s.fetch))
	s.mux.HandleFunc("POST /2010-04-01/Accounts/{account}/Calls.json", s.api(s.createCall))
	s.mux.HandleFunc("GET /2010-04-01/Accounts/{account}/Calls.json", s.api(s.listCalls))
	s.mux.HandleFunc("GET /2010-04-01/Accounts/{account}/Calls/{file}", s.api(s.fetchCall))
	s.mux.HandleFunc("/2010-04-01/", s.notFound)
	s.pages()
	return s, nil
}

// ServeHTTP answers requests to the API and for the page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// api lets only those in who sign in, and only to their own account. Answers are dated
// by the clock of the server, which may be another one than that of who asks.
func (s *Server) api(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", s.opts.Now().UTC().Format(http.TimeFormat))
		user, password, _ := r.BasicAuth()
		if !s.signsIn(user, password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
			refuse(w, Refusal{Status: http.StatusUnauthorized, Code: 20003, Message: "Authenticate"})
			return
		}
		if r.PathValue("account") != s.opts.AccountSID {
			s.notFound(w, r)
			return
		}
		h(w, r)
	}
}

func (s *Server) signsIn(user, password string) bool {
	want := s.opts.AuthToken
	if user != s.opts.AccountSID {
		want = s.opts.Keys[user]
	}
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(password)) == 1
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	refuse(w, Refusal{Status: http.StatusNotFound, Code: 20404, Message: "The requested resource " + r.URL.Path + " was not found"})
}

// Message is a message as the server knows it.
type Message struct {
	SID                 string
	To, From            string
	MessagingServiceSID string
	Body                string
	Validity            string // ValidityPeriod as it was sent, in seconds
	Status              string
	ErrorCode           int
	CreatedAt           time.Time
}

// Messages returns what was accepted and is still kept, oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Now()
	out := make([]Message, 0, len(s.messages))
	for _, m := range s.messages {
		status, code := m.statusAt(now, s.opts.Pace)
		out = append(out, Message{
			SID: m.sid, To: m.to, From: m.from, MessagingServiceSID: m.service, Body: m.body, Validity: m.validity,
			Status: status, ErrorCode: code, CreatedAt: m.createdAt,
		})
	}
	return out
}

// Posts returns how often somebody asked to create a message, whatever the
// answer was.
func (s *Server) Posts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.posts
}

// Unsubscribe is what a text with STOP from that number does: further messages
// to it are refused with 21610.
func (s *Server) Unsubscribe(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped[number] = true
}

// Subscribe is what a text with START from that number does.
func (s *Server) Subscribe(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.stopped, number)
}

// keep adds a message and lets the oldest go.
func (s *Server) keep(m *message) {
	s.messages = append(s.messages, m)
	if over := len(s.messages) - s.opts.Keep; over > 0 {
		s.messages = slices.Delete(s.messages, 0, over)
	}
}

// find returns the place of a message, newest last, or -1.
func (s *Server) find(sid string) int {
	return slices.IndexFunc(s.messages, func(m *message) bool { return m.sid == sid })
}

// isSID tells whether s is an identifier: two letters and 32 hex digits.
func isSID(s, prefix string) bool {
	hex, ok := strings.CutPrefix(s, prefix)
	return ok && len(hex) == 32 && strings.Trim(hex, "0123456789abcdefABCDEF") == ""
}

// isNumber tells whether s is a telephone number in E.164.
func isNumber(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	return ok && len(digits) >= 7 && len(digits) <= 15 && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

// byNumber orders telephones.
func byNumber(a, b telephone) int { return cmp.Compare(a.Number, b.Number) }
