package cloud

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Fault is how calls of an operation go wrong. The zero Fault lets them go well.
type Fault struct {
	// Refuse answers with an error of the API.
	Refuse *Refusal
	// Answer is what else the caller gets in place of the true answer.
	Answer Answer
	// Body is what AnswerBody and AnswerElsewhere need: the body of the answer,
	// and the address to go to.
	Body string
	// Times is how many calls go wrong before it is well again; 0 is all, until
	// the fault is taken away.
	Times int
}

// Answer is what a caller gets.
type Answer int

// The answers. Those after AnswerWell are no answer to the call.
const (
	AnswerWell      Answer = iota
	AnswerFault            // 500 with an error of the API
	AnswerPage             // 502 with the page of a proxy
	AnswerHTML             // 200 with a page, as of a portal that wants a login
	AnswerEmpty            // 200 without a body
	AnswerBody             // 200 with the Body of the fault
	AnswerBig              // 200 with 16 MiB
	AnswerElsewhere        // 307 to the Body of the fault
	AnswerCut              // the connection is cut in the middle of the body
	AnswerStall            // half of the body, then nothing until the caller goes away
	AnswerNothing          // nothing until the caller goes away
)

// SetFault lets an operation go wrong from now on; "" is every operation that has
// no fault of its own. The zero Fault takes it away. A call meets its fault after
// its signature, rate and right were found to be in order.
func (s *Server) SetFault(op Operation, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f == (Fault{}) {
		delete(s.faults, op)
		return
	}
	s.faults[op] = f
}

// fault returns the fault that a call meets, and counts it.
func (s *Server) fault(op Operation) Fault {
	f, ok := s.faults[op]
	if !ok {
		op = ""
		f = s.faults[op]
	}
	switch f.Times {
	case 0:
	case 1:
		delete(s.faults, op)
	default:
		left := f
		left.Times--
		s.faults[op] = left
	}
	return f
}

// answerBadly gives the caller the answer of a fault; body is the true one.
func answerBadly(w http.ResponseWriter, r *http.Request, f Fault, body []byte) {
	switch f.Answer {
	case AnswerFault:
		write(w, http.StatusInternalServerError, []byte(`{"RequestId":"0","HostId":"`+r.Host+
			`","Code":"InternalError","Message":"The request processing has failed due to some unknown error."}`))
	case AnswerPage:
		writePage(w, http.StatusBadGateway, "502 Bad Gateway")
	case AnswerHTML:
		writePage(w, http.StatusOK, "Please log in")
	case AnswerEmpty:
		write(w, http.StatusOK, nil)
	case AnswerBody:
		write(w, http.StatusOK, []byte(f.Body))
	case AnswerBig:
		write(w, http.StatusOK, []byte(`{"Message":"`+strings.Repeat("x", 16<<20)+`"}`))
	case AnswerElsewhere:
		http.Redirect(w, r, f.Body, http.StatusTemporaryRedirect)
	case AnswerCut:
		writeHalf(w, body)
		panic(http.ErrAbortHandler)
	case AnswerStall:
		writeHalf(w, body)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case AnswerNothing:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case AnswerWell:
	}
}

func writePage(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<html><body><h1>"+title+"</h1></body></html>\n") // the reader may be gone
}

// writeHalf promises the whole body and sends its first half.
func writeHalf(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	write(w, http.StatusOK, body[:len(body)/2])
	_ = http.NewResponseController(w).Flush() // a recorder of a test may not be able to
}
