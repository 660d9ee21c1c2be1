// Package contract holds what a configuration says about an SMS gateway that is called
// by HTTP: how a message is handed over, looked up and asked about, and what the answers
// mean. It is pure: it writes requests and reads answers, and calls nobody.
package contract

import (
	"strings"
	"time"
)

// Terms are a contract as it stands in a configuration. Texts of a Call and those under
// Equals are templates (package template) that read a Data.
type Terms struct {
	Send Call
	// Secrets are what templates read as .Secrets.NAME.
	Secrets map[string]string
	// Headers go with each call, those of look-ups and receipts too.
	Headers map[string]string
	// SignsIn tells that whoever makes the calls writes the header Authorization.
	SignsIn bool
	// What an answer means is said by the first of these that fits it, in this order.
	Accepted       []Condition
	NumberRefused  []Condition // never to this number
	Refused        []Condition // never this message
	AccountRefused []Condition // not before somebody mends something
	Later          []Condition
	ID             string   // where in an accepting answer the gateway's id of the message is, as in Condition.JSON
	Reason         string   // where in any answer people are told why
	LookUp         *LookUp  // nil: what is in doubt cannot be looked up
	Receipt        *Receipt // nil: nobody asks what became of a message
	// AllowLinkLocal lets the gateway be on a link-local or metadata address (see
	// httpcall.Refused).
	AllowLinkLocal bool
}

// Call is one HTTP call.
type Call struct {
	Method  string // GET, POST or PUT; "" is POST for sending, and GET else
	URL     string
	Query   map[string]string
	Headers map[string]string
	Form    map[string]string // the body as a form
	Body    string            // the body as it stands
}

// Condition fits an answer when all that it names does.
type Condition struct {
	Status   []string      // 200, 2xx or 400-499; none is any
	JSON     string        // where a value of the body stands: messages[0].code; "" is nowhere
	Equals   []string      // what it is, as text; none: it is there, and not null
	Contains []string      // one of these texts stands in the body
	Matches  string        // a regular expression that the body matches
	After    time.Duration // of Later: how long the message waits; 0 is not said
}

// LookUp says how a message in doubt is looked up.
type LookUp struct {
	Call

	List     string      // where a list stands in which the message may be: data[*]; "" when the answer is about it alone
	Found    []Condition // of an item of the list, or of the answer
	NotFound []Condition // of the answer, where there is no list; none is status 404
	ID       string      // of the item or the answer
	Becomes
}

// Receipt says how the gateway is asked what became of a message.
type Receipt struct {
	Call
	Becomes
}

// Becomes says what became of a message that was accepted.
type Becomes struct {
	Delivered    []Condition
	NumberFailed []Condition // it reaches nobody at this number
	Failed       []Condition
}

// Fault is something wrong with Terms.
type Fault struct {
	Key  []string // where, as it is written in the configuration: look_up, headers, X-Key; [1] is the second of a list
	Text string   // what, and the way out
	// Warning says that it works all the same, and may not do what was meant.
	Warning bool
}

// String says where and what.
func (f *Fault) String() string {
	return strings.ReplaceAll(strings.Join(f.Key, "."), ".[", "[") + ": " + f.Text
}
