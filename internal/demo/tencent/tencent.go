// Package tencent is a small Tencent Cloud SMS: an HTTP server that keeps the contract of the
// operations by which Brimwatch sends text messages and asks about them (version 2021-01-11),
// over one application that is held in memory. Signatures (TC3-HMAC-SHA256) are checked by
// computing them again. Tests make it refuse, lose answers and lag as the cloud can.
//
// What the public documentation leaves open is answered in the way that is least kind to a
// client: statuses are told only of messages for which a receipt has come, and without the
// SessionContext unless it was switched on.
package tencent

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// App is an application with all it has.
type App struct {
	SecretID, SecretKey string
	AppID               string
	Signatures          []string
	Templates           []Template
	VariableLength      int               // most signs of a variable; 0 is no bound
	PerHour             int               // most messages to a number within an hour; 0 is no bound
	Words               []string          // refused in variables
	Countries           []string          // beginnings of the numbers that are sent to; none is all
	NoMoney             bool              // the package is used up
	ReceiptAfter        time.Duration     // how long the carrier takes to tell
	Fails               map[string]string // numbers that nothing reaches, with what the carrier says
	Session             bool              // SessionContext is told with the status
	Denied              []string          // actions that the keys have no right to

	Sent []Text // all that was accepted, the oldest first
}

// Template is a template as the console has it.
type Template struct {
	ID      uint64
	Content string // with variables as {1}
	Status  int    // 0 approved, 1 under review, -1 refused
	Reply   string // of one that was refused
}

// Text is a message that was accepted.
type Text struct {
	SerialNo, To, Session, TemplateID string
	Values                            []string
	Content                           string // as it arrives
	At                                time.Time
}

// Options describe the server.
type Options struct {
	App App
	Now func() time.Time // nil is time.Now
}

// Server answers like Tencent Cloud. It is safe for use from several goroutines.
type Server struct {
	now func() time.Time

	mu       sync.Mutex
	app      App
	requests int
	lost     int // how many answers are lost from now on
}

// New returns a server.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{now: o.Now, app: o.App}
}

// Change lets f change the application.
func (s *Server) Change(f func(*App)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.app)
}

// LoseAnswers lets the next n answers be lost after what was asked for was done.
func (s *Server) LoseAnswers(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = n
}

// refusal is an error of a whole answer.
type refusal struct{ Code, Message string }

// maxRequest bounds a request's body, in bytes.
const maxRequest = 1 << 20

// ServeHTTP answers one call. Whatever is wrong, the status is 200.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	s.mu.Lock()
	defer s.mu.Unlock()
	var answer map[string]any
	bad := s.authenticate(r, body)
	if bad == nil && err == nil {
		answer, bad = s.perform(r.Header.Get("X-TC-Action"), body)
	}
	if s.lost > 0 {
		s.lost--
		panic(http.ErrAbortHandler)
	}
	if bad != nil {
		answer = map[string]any{"Error": bad}
	}
	s.requests++
	answer["RequestId"] = fmt.Sprintf("ed93f3cb-f35e-473f-b9f3-%012d", s.requests)
	w.Header().Set("Content-Type", "application/json")
	told, err := json.Marshal(map[string]any{"Response": answer})
	if err != nil { // nothing here can fail to be written
		panic(err)
	}
	_, _ = w.Write(told) // the reader may be gone, there is nobody else to tell
}

func (s *Server) perform(action string, body []byte) (map[string]any, *refusal) {
	if slices.Contains(s.app.Denied, action) {
		return nil, &refusal{"AuthFailure.UnauthorizedOperation", "You are not authorized to perform this operation."}
	}
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.DisallowUnknownFields() // the cloud says UnknownParameter
	switch action {
	case "SendSms":
		var in sendRequest
		if err := decoder.Decode(&in); err != nil {
			return nil, &refusal{"InvalidParameter", err.Error()}
		}
		return s.send(&in)
	case "PullSmsSendStatusByPhoneNumber":
		var in pullRequest
		if err := decoder.Decode(&in); err != nil {
			return nil, &refusal{"InvalidParameter", err.Error()}
		}
		return s.pull(&in)
	case "DescribeSmsTemplateList":
		var in listRequest
		if err := decoder.Decode(&in); err != nil {
			return nil, &refusal{"InvalidParameter", err.Error()}
		}
		return s.list(&in), nil
	}
	return nil, &refusal{"InvalidAction", "The request action is invalid or not found."}
}
