package phone

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxTwiML is how many signs of TwiML a request may hold.
const maxTwiML = 4000

// CallRequest is an attempt to create a call, as what happens is chosen by.
type CallRequest struct {
	To, From, Twiml string
	N               int // 1 for the first request since the server was made
}

// Taken is what happens to a call. In the zero value a person takes it, listens, and presses
// nothing.
type Taken struct {
	Refuse *Refusal // it is not accepted
	Answer Answer   // what the caller hears of one that was accepted
	// End is the last status: "completed", "busy", "no-answer", "failed"; "" is completed.
	End string
	By  string // who takes it: "human", "machine_start"; "" is human
	Key string // what is pressed while the text is read
}

// Call is a call as the server knows it.
type Call struct {
	SID, To, From string
	Twiml         string
	Status        string
	CreatedAt     time.Time
	Heard         string // the TwiML that a pressed key was answered with
}

// call is one that was accepted.
type call struct {
	sid, account, to, from string
	twiml, callback        string
	detects                bool
	createdAt              time.Time
	taken                  Taken
	action                 string    // where a key goes; "" asks for none
	until                  time.Time // when a person who listens gives up; zero is at once
	pressed, told          bool
	heard                  string
}

// listens tells whether a person has the call at the ear, and has pressed nothing yet.
func (c *call) listens(now time.Time) bool {
	return c.action != "" && c.taken == (Taken{}) && now.Before(c.until)
}

// SetTaken lets f decide from now on what happens to each call; nil lets a person take all of
// them. It is called as the function of SetFault is.
func (s *Server) SetTaken(f func(CallRequest) Taken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = f
}

// Calls returns the calls that were accepted, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Now()
	out := make([]Call, 0, len(s.calls))
	for _, c := range s.calls {
		out = append(out, Call{SID: c.sid, To: c.to, From: c.from, Twiml: c.twiml, Status: c.statusAt(now, s.opts.Pace), CreatedAt: c.createdAt, Heard: c.heard})
	}
	return out
}

// steps are the statuses that a call goes through, the pace apart.
func (c *call) steps() []string {
	switch c.taken.End {
	case "busy", "failed":
		return []string{"queued", c.taken.End}
	case "no-answer":
		return []string{"queued", "ringing", "no-answer"}
	}
	return []string{"queued", "ringing", "in-progress", "completed"}
}

func (c *call) statusAt(now time.Time, pace time.Duration) string {
	steps := c.steps()
	if c.listens(now) {
		return "in-progress"
	}
	return steps[min(max(int(now.Sub(c.createdAt)/pace), 0), len(steps)-1)]
}

// over tells whether a status is one that a call ends with.
func over(status string) bool {
	return status != "queued" && status != "ringing" && status != "in-progress"
}

// callResource is a call as the API writes it.
type callResource struct {
	SID             string            `json:"sid"`
	DateCreated     string            `json:"date_created"`
	DateUpdated     string            `json:"date_updated"`
	ParentCallSID   *string           `json:"parent_call_sid"`
	AccountSID      string            `json:"account_sid"`
	To              string            `json:"to"`
	ToFormatted     string            `json:"to_formatted"`
	From            string            `json:"from"`
	FromFormatted   string            `json:"from_formatted"`
	PhoneNumberSID  *string           `json:"phone_number_sid"`
	Status          string            `json:"status"`
	StartTime       *string           `json:"start_time"`
	EndTime         *string           `json:"end_time"`
	Duration        *string           `json:"duration"`
	Price           *string           `json:"price"`
	PriceUnit       string            `json:"price_unit"`
	Direction       string            `json:"direction"`
	AnsweredBy      *string           `json:"answered_by"`
	APIVersion      string            `json:"api_version"`
	ForwardedFrom   *string           `json:"forwarded_from"`
	GroupSID        *string           `json:"group_sid"`
	CallerName      *string           `json:"caller_name"`
	QueueTime       string            `json:"queue_time"`
	TrunkSID        *string           `json:"trunk_sid"`
	URI             string            `json:"uri"`
	SubresourceURIs map[string]string `json:"subresource_uris"`
}

func (c *call) resourceAt(now time.Time, pace time.Duration) callResource {
	path := "/2010-04-01/Accounts/" + c.account + "/Calls/" + c.sid
	r := callResource{
		SID: c.sid, DateCreated: rfc2822(c.createdAt), DateUpdated: rfc2822(now), AccountSID: c.account,
		To: c.to, ToFormatted: c.to, From: c.from, FromFormatted: c.from, Status: c.statusAt(now, pace),
		PriceUnit: "USD", Direction: "outbound-api", APIVersion: "2010-04-01", QueueTime: "0",
		URI: path + ".json", SubresourceURIs: map[string]string{"recordings": path + "/Recordings.json"},
	}
	if by := c.answeredBy(); by != "" && (r.Status == "in-progress" || r.Status == "completed") {
		r.AnsweredBy = &by
	}
	if over(r.Status) {
		begun, ended, took := rfc2822(c.createdAt), rfc2822(c.createdAt.Add(time.Duration(len(c.steps())-1)*pace)), "0"
		if r.Status == "completed" {
			took = "30"
			price := "-0.01300"
			r.Price = &price
		}
		r.StartTime, r.EndTime, r.Duration = &begun, &ended, &took
	}
	return r
}

// answeredBy is who took it, where that was to be found out.
func (c *call) answeredBy() string {
	if !c.detects {
		return ""
	}
	if c.taken.By == "" {
		return "human"
	}
	return c.taken.By
}

// createCall accepts a call, or says what is wrong with it.
func (s *Server) createCall(w http.ResponseWriter, r *http.Request) {
	form, bad := readForm(w, r)
	action := ""
	if bad == nil {
		action, bad = checkCall(form)
	}
	c, bad := s.acceptCall(form, action, bad)
	switch {
	case bad != nil:
		refuse(w, *bad)
	case c.taken.Answer != AnswerWell:
		answerBadly(w, r, c.taken.Answer)
	default:
		answer(w, http.StatusCreated, c.resourceAt(c.createdAt, s.opts.Pace))
	}
}

// checkCall tells what is wrong with a request for a call, and where its keys go.
func checkCall(form url.Values) (action string, bad *Refusal) {
	to, from, text := form.Get("To"), form.Get("From"), form.Get("Twiml")
	switch {
	case to == "":
		return "", badRequest(21201, "No 'To' number is specified")
	case !isNumber(to):
		return "", badRequest(21211, "The phone number you are attempting to call, "+to+", is not valid.")
	case from == "":
		return "", badRequest(21213, "No 'From' number is specified")
	case !isNumber(from):
		return "", badRequest(21212, "Invalid 'From' Phone Number: "+from)
	case text == "" && form.Get("Url") == "":
		return "", badRequest(21205, "Url parameter is required.")
	case utf8.RuneCountInString(text) > maxTwiML:
		return "", badRequest(20001, "Twiml exceeds 4000 characters")
	}
	action, err := actionOf(text)
	if err != nil {
		return "", badRequest(12100, "Document parse failure")
	}
	return action, nil
}

// actionOf reads where the keys of a TwiML document go.
func actionOf(text string) (string, error) {
	doc, err := spokenIn(text)
	if err != nil || doc.Gather == nil {
		return "", err
	}
	return doc.Gather.Action, nil
}

func (s *Server) acceptCall(form url.Values, action string, bad *Refusal) (*call, *Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if bad != nil {
		return nil, bad
	}
	var taken Taken
	if s.taken != nil {
		taken = s.taken(CallRequest{To: form.Get("To"), From: form.Get("From"), Twiml: form.Get("Twiml"), N: s.asked})
	}
	if taken.Refuse != nil {
		return nil, taken.Refuse
	}
	sum := sha256.Sum256([]byte(s.opts.AccountSID + "/call/" + strconv.Itoa(s.asked)))
	c := &call{
		sid: "CA" + hex.EncodeToString(sum[:16]), account: s.opts.AccountSID, to: form.Get("To"), from: form.Get("From"),
		twiml: form.Get("Twiml"), callback: form.Get("StatusCallback"), detects: form.Get("MachineDetection") == "Enable",
		createdAt: s.opts.Now(), taken: taken, action: action,
	}
	if s.opts.Listens > 0 {
		c.until = c.createdAt.Add(s.opts.Listens)
	}
	if s.calls = append(s.calls, c); len(s.calls) > s.opts.Keep {
		s.calls = slices.Delete(s.calls, 0, len(s.calls)-s.opts.Keep)
	}
	return c, nil
}

// fetchCall answers with one call.
func (s *Server) fetchCall(w http.ResponseWriter, r *http.Request) {
	sid, _ := strings.CutSuffix(r.PathValue("file"), ".json")
	s.mu.Lock()
	i := slices.IndexFunc(s.calls, func(c *call) bool { return c.sid == sid })
	if i < 0 {
		s.mu.Unlock()
		s.notFound(w, r)
		return
	}
	res := s.calls[i].resourceAt(s.opts.Now(), s.opts.Pace)
	s.mu.Unlock()
	answer(w, http.StatusOK, res)
}

// callPage is the list of calls. It has one page: nobody needs more of a demo.
type callPage struct {
	End             int            `json:"end"`
	FirstPageURI    string         `json:"first_page_uri"`
	NextPageURI     *string        `json:"next_page_uri"`
	Page            int            `json:"page"`
	PageSize        int            `json:"page_size"`
	PreviousPageURI *string        `json:"previous_page_uri"`
	Start           int            `json:"start"`
	URI             string         `json:"uri"`
	Calls           []callResource `json:"calls"`
}

// listCalls answers with the calls of a number, newest first.
func (s *Server) listCalls(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	size, _, ok := paging(query)
	if !ok {
		refuse(w, Refusal{Status: http.StatusBadRequest, Code: 20422, Message: "A parameter of the list cannot be read"})
		return
	}
	p := callPage{FirstPageURI: r.URL.RequestURI(), URI: r.URL.RequestURI(), PageSize: size, Calls: []callResource{}}
	s.mu.Lock()
	now := s.opts.Now()
	for _, c := range slices.Backward(s.calls) {
		to, from := query.Get("To"), query.Get("From")
		if (to == "" || to == c.to) && (from == "" || from == c.from) && len(p.Calls) < size {
			p.Calls = append(p.Calls, c.resourceAt(now, s.opts.Pace))
		}
	}
	s.mu.Unlock()
	p.End = max(len(p.Calls)-1, 0)
	answer(w, http.StatusOK, p)
}

// duePosts collects what is to be posted of calls by now: the keys that were pressed, and how
// calls ended.
func (s *Server) duePosts(now time.Time) []callback {
	var due []callback
	for _, c := range s.calls {
		status := c.statusAt(now, s.opts.Pace)
		form := url.Values{
			"AccountSid": {c.account}, "ApiVersion": {"2010-04-01"}, "CallSid": {c.sid}, "From": {c.from}, "To": {c.to},
			"Direction": {"outbound-api"}, "CallStatus": {status},
		}
		if by := c.answeredBy(); by != "" && c.taken.End == "" {
			form.Set("AnsweredBy", by)
		}
		if c.taken.Key != "" && c.action != "" && !c.pressed && (status == "in-progress" || status == "completed") {
			c.pressed = true
			key := cloned(form)
			key.Set("CallStatus", "in-progress")
			key.Set("Digits", c.taken.Key)
			due = append(due, callback{c.action, key, func(said string) { c.heard = said }})
		}
		if c.callback != "" && !c.told && over(status) {
			c.told = true
			due = append(due, callback{c.callback, form, nil})
		}
	}
	return due
}

func cloned(form url.Values) url.Values {
	out := make(url.Values, len(form))
	for name, values := range form {
		out[name] = slices.Clone(values)
	}
	return out
}
