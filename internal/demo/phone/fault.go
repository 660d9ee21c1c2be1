package phone

import (
	"io"
	"net/http"
	"strconv"
)

// Request is an attempt to create a message, as a Fault is chosen by.
type Request struct {
	To, From, Body string
	N              int // 1 for the first request since the server was made
}

// Fault is how a request goes wrong. The zero Fault lets it go well.
type Fault struct {
	// Refuse answers with an error; the message is not accepted.
	Refuse *Refusal
	// Answer is what the sender hears of a message that was accepted.
	Answer Answer
	// End is the message's last status, "undelivered" or "failed", with the Code
	// of the reason; "" is delivered.
	End  string
	Code int
}

// Answer is what the sender of an accepted message hears.
type Answer int

// The answers. All but the first leave the sender in doubt.
const (
	AnswerWell    Answer = iota
	AnswerFault          // 500
	AnswerPage           // 502 with the page of a proxy
	AnswerNothing        // none until the sender goes away
	AnswerCut            // the connection is cut
)

// Refusal is an error answer of the API.
type Refusal struct {
	Status     int // HTTP
	Code       int // Twilio's
	Message    string
	RetryAfter string // the header; "" is none
}

// SetFault lets f decide from now on how each request to create a message goes;
// nil lets all go well. It is called once a request, one at a time, after the
// request was found to be in order.
func (s *Server) SetFault(f func(Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// refuse answers with an error as Twilio writes it.
func refuse(w http.ResponseWriter, e Refusal) {
	if e.RetryAfter != "" {
		w.Header().Set("Retry-After", e.RetryAfter)
	}
	answer(w, e.Status, struct {
		Code     int    `json:"code"`
		Message  string `json:"message"`
		MoreInfo string `json:"more_info"`
		Status   int    `json:"status"`
	}{e.Code, e.Message, "https://www.twilio.com/docs/errors/" + strconv.Itoa(e.Code), e.Status})
}

// answerBadly gives the sender of an accepted message the answer of a fault.
func answerBadly(w http.ResponseWriter, r *http.Request, a Answer) {
	switch a {
	case AnswerFault:
		refuse(w, Refusal{Status: http.StatusInternalServerError, Code: 20500, Message: "An internal server error has occurred"})
	case AnswerPage:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>\n") // the reader may be gone
	case AnswerNothing:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case AnswerCut:
		panic(http.ErrAbortHandler)
	case AnswerWell:
	}
}
