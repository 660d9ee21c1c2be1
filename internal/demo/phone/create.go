package phone

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"
)

const (
	maxRequest  = 64 << 10 // bytes of a form
	maxBody     = 1600     // signs of a text
	maxValidity = 36000    // seconds
)

// create accepts a message, or says what is wrong with it.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	form, bad := readForm(w, r)
	if bad == nil {
		bad = check(form)
	}
	m, a, bad := s.accept(form, bad)
	switch {
	case bad != nil:
		refuse(w, *bad)
	case a != AnswerWell:
		answerBadly(w, r, a)
	default:
		w.Header().Set("Twilio-Request-Id", "RQ"+m.sid[2:])
		answer(w, http.StatusCreated, m.resourceAt(m.createdAt, s.opts.Pace))
	}
}

// readForm reads the request's form, and nothing but a form.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, *Refusal) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, &Refusal{Status: http.StatusUnsupportedMediaType, Code: 20415, Message: "Unsupported media type, a form is expected"}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if err := r.ParseForm(); err != nil {
		return nil, &Refusal{Status: http.StatusBadRequest, Code: 20422, Message: "The form cannot be read"}
	}
	return r.PostForm, nil
}

// check tells what is wrong with a request that Twilio would refuse as well.
func check(form url.Values) *Refusal {
	if bad := checkNumbers(form.Get("To"), form.Get("From"), form.Get("MessagingServiceSid")); bad != nil {
		return bad
	}
	if bad := checkBody(form.Get("Body")); bad != nil {
		return bad
	}
	return checkDelivery(form.Get("ValidityPeriod"), form.Get("StatusCallback"))
}

// checkNumbers looks at whom a message goes to, and who sends it.
func checkNumbers(to, from, service string) *Refusal {
	switch {
	case to == "":
		return badRequest(21604, "A 'To' phone number is required.")
	case !isNumber(to):
		return badRequest(21211, "Invalid 'To' Phone Number: "+to)
	case from == "" && service == "":
		return badRequest(21603, "A 'From' phone number is required.")
	case service != "" && !isSID(service, "MG"):
		return badRequest(21705, "The Messaging Service Sid "+service+" is invalid.")
	case from == to:
		return badRequest(21266, "'To' and 'From' number cannot be the same: "+to)
	}
	return nil
}

// checkBody looks at the text of a message.
func checkBody(body string) *Refusal {
	switch {
	case body == "":
		return badRequest(21602, "Message body is required.")
	case utf8.RuneCountInString(body) > maxBody:
		return badRequest(21617, "The concatenated message body exceeds the 1600 character limit")
	}
	return nil
}

// checkDelivery looks at how long a message may take, and where its receipts go.
func checkDelivery(validity, callback string) *Refusal {
	if validity != "" {
		if n, err := strconv.Atoi(validity); err != nil || n < 1 || n > maxValidity {
			return badRequest(20422, "ValidityPeriod "+validity+" is not a number from 1 to 36000")
		}
	}
	if callback != "" {
		if u, err := url.Parse(callback); err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return badRequest(21609, "Invalid 'StatusCallback' URL: "+callback)
		}
	}
	return nil
}

// badRequest is the answer to a request that is not in order.
func badRequest(code int, message string) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Code: code, Message: message}
}

// accept keeps the message of a request that is in order, unless its recipient
// unsubscribed or a fault is to refuse it.
func (s *Server) accept(form url.Values, bad *Refusal) (*message, Answer, *Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts++
	if bad != nil {
		return nil, AnswerWell, bad
	}
	to := form.Get("To")
	if s.stopped[to] {
		return nil, AnswerWell, &Refusal{Status: http.StatusBadRequest, Code: 21610, Message: "Attempt to send to unsubscribed recipient"}
	}
	var fault Fault
	if s.fault != nil {
		fault = s.fault(Request{To: to, From: form.Get("From"), Body: form.Get("Body"), N: s.posts})
	}
	if fault.Refuse != nil {
		return nil, AnswerWell, fault.Refuse
	}
	s.created++
	m := &message{
		sid: newSID(s.opts.AccountSID, s.created), account: s.opts.AccountSID,
		to: to, from: form.Get("From"), service: form.Get("MessagingServiceSid"),
		body: form.Get("Body"), validity: form.Get("ValidityPeriod"), callback: form.Get("StatusCallback"),
		createdAt: s.opts.Now(), end: "delivered", code: fault.Code,
	}
	if fault.End != "" {
		m.end = fault.End
	}
	if s.opts.Segments != nil {
		m.segments, m.gsm = s.opts.Segments(m.body)
	}
	s.keep(m)
	return m, fault.Answer, nil
}
