// Package cloud is a small Alibaba Cloud: an HTTP server that keeps the contract
// of the few API operations by which Brimwatch finds instances, reads their
// metrics, sends text messages and makes calls, over accounts, instances and figures that are held in memory. Tests
// make it throttle, refuse and fail as the cloud can (Fault); `brimwatch demo` shows
// discovery with it.
//
// One address serves every product, as a test server that stands in for all
// endpoints must: the version of the API tells which product is meant. Both forms
// of a signature are checked by computing them again: ACS3-HMAC-SHA256 in the
// headers, and HMAC-SHA1 in the query.
//
// What the public documentation leaves open is answered in the way that is least
// kind to a client: a parameter that no operation is known to take is refused and
// not ignored.
package cloud

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Options describe the cloud.
type Options struct {
	Accounts []Account
	Now      func() time.Time // nil is time.Now
	// Region is the one that is meant where neither the host's name nor the
	// parameter RegionId tells one; "" is cn-hangzhou.
	Region string
	// Rate is how often an account may call one operation within a second before
	// it is throttled; 0 is 50, as CloudMonitor has it.
	Rate int
	// PageLength is the most datapoints of one page; 0 is the cloud's 1440.
	PageLength int
}

// Server answers like Alibaba Cloud. It is safe for use from several goroutines.
type Server struct {
	opts Options
	ops  []operation

	mu       sync.Mutex
	accounts []*Account
	counts   map[Operation]Count
	recent   map[tally][]time.Time
	faults   map[Operation]Fault
	requests int

	nonces     map[string]time.Time // when a nonce of a key may be forgotten
	nonceLimit int                  // how many there may be before that is looked at
}

// New returns a cloud with the accounts of the options, which are its own from
// then on.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Region == "" {
		o.Region = "cn-hangzhou"
	}
	if o.Rate <= 0 {
		o.Rate = 50
	}
	if o.PageLength <= 0 || o.PageLength > maxLength {
		o.PageLength = maxLength
	}
	s := &Server{
		opts: o, ops: operations(),
		nonces: make(map[string]time.Time), recent: make(map[tally][]time.Time),
		counts: make(map[Operation]Count), faults: make(map[Operation]Fault),
	}
	keys := make(map[string]bool)
	for i := range o.Accounts {
		a := &o.Accounts[i]
		for _, k := range a.Keys {
			if k.ID == "" || k.Secret == "" {
				return nil, errors.New("accounts: a key needs an id and a secret")
			}
			if keys[k.ID] {
				return nil, fmt.Errorf("accounts: key %q is given twice", k.ID)
			}
			keys[k.ID] = true
		}
		s.accounts = append(s.accounts, a)
	}
	return s, nil
}

// Change lets f change the accounts, which come in the order of the options.
// What f was given must not be used after it returned.
func (s *Server) Change(f func(accounts []*Account)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.accounts)
}

// ServeHTTP answers one call of an operation.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, bad := s.read(w, r)
	if bad != nil {
		s.refuse(w, r, *bad)
		return
	}
	body, fault, bad := s.perform(c)
	switch {
	case bad != nil:
		s.refuse(w, r, *bad)
	case fault.Answer != AnswerWell:
		answerBadly(w, r, fault, body)
	default:
		write(w, http.StatusOK, body)
	}
}

// perform counts the call, checks whether it is allowed, and does what it asks.
// A call that is to fail is done all the same, so that its answer can be cut.
func (s *Server) perform(c *call) (body []byte, f Fault, bad *Refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := s.counts[c.op.name]
	count.Calls++
	defer func() { s.counts[c.op.name] = count }()

	account, key, bad := s.authenticate(c)
	if bad != nil {
		return nil, Fault{}, bad
	}
	if s.throttles(account, c.op.name) {
		count.Throttled++
		return nil, Fault{}, &Refusal{Status: http.StatusBadRequest, Code: "Throttling.User", Message: "Request was denied due to user flow control."}
	}
	if key.denies(c.op.name) {
		return nil, Fault{}, &Refusal{Status: http.StatusForbidden, Code: "Forbidden.RAM",
			Message: "User not authorized to operate on the specified resource, or this API doesn't support RAM."}
	}
	if f = s.fault(c.op.name); f.Refuse != nil {
		return nil, Fault{}, f.Refuse
	}
	if bad := c.unknownParameter(); bad != nil {
		return nil, Fault{}, bad
	}
	answer, bad := c.op.run(s, account, c)
	if bad != nil {
		bad.product = true
		return nil, Fault{}, bad
	}
	return encode(answer), f, nil
}
